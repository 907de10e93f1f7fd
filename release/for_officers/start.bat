@echo off
rem Double-click: the menu. A workbook dragged onto it: a folder of papers beside the workbook.
rem start.bat COMMAND ... in a command window: any command of the program.
setlocal
set "STARTING=1"
if exist "%~dp0python\python.exe" (
  set "PYTHON=%~dp0python\python.exe"
  goto run
)
set "PYTHON=%~dp0venv\Scripts\python.exe"
if exist "%~dp0venv\installed.txt" goto run
call "%~dp0install.bat" 1>&2
if errorlevel 1 goto last
:run
if "%~1"=="" goto menu
if exist "%~1" goto dragged
"%PYTHON%" -m compliance %*
exit /b %ERRORLEVEL%
:menu
pushd "%~dp0"
"%PYTHON%" -m compliance menu
if errorlevel 1 goto last
exit /b 0
:dragged
"%PYTHON%" -m compliance menu %*
:last
set "CODE=%ERRORLEVEL%"
pause
exit /b %CODE%
