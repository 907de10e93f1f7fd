@echo off
rem Installs Junheng from this folder, without network: install.bat [FOLDER]
rem Looks for a 64-bit Python and hands over to install.py, which speaks Chinese in any code page.
setlocal
pushd "%~dp0"
if exist "python\python.exe" (
  echo Nothing to install: Python is in this folder. Double-click start.bat
  set "CODE=0"
  goto end
)
for %%V in (@VERSIONS@) do (
  py -%%V -c "import sys; sys.exit(sys.maxsize < 2**32)" >nul 2>nul && (
    set "PYTHON=py -%%V"
    goto found
  )
)
python -c "import sys; sys.exit(sys.version_info < (3, 8))" >nul 2>nul && (
  set "PYTHON=python"
  goto found
)
echo Python was not found. Needed: 64-bit Python @VERSIONS@
echo What to do: see guide.html, which opens now.
start "" "guide.html"
set "CODE=1"
goto end
:found
if "%~1"=="" (%PYTHON% install.py) else (%PYTHON% install.py "%~1")
set "CODE=%ERRORLEVEL%"
:end
popd
if not defined STARTING pause
exit /b %CODE%
