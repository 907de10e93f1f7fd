"""What reading a file may cost, all in one place: beyond it a file is refused, whatever it holds."""

from __future__ import annotations

MIB = 2**20

# bytes of a file: a document of one county; a table of a dataset, or the archive of its tables
MOST_OF_A_DOCUMENT = 64 * MIB
MOST_OF_A_TABLE = 512 * MIB

# a folder: subfolders below it, files in all of them
DEEPEST_FOLDER = 8
MOST_FILES = 20_000

# an archive: what it unpacks to, its members, how far one may have been squeezed.
# Deflate reaches 1032:1 on nothing but repetition; a sheet of figures stays below 50:1.
MOST_UNPACKED = 512 * MIB
MOST_MEMBERS, MOST_TABLES = 10_000, 1000
# so much, and so much more for a byte of the archive or Parquet file
FREE_UNPACKED, UNPACKED_A_BYTE = 64 * MIB, 50
MOST_RATIO = 250
RATIO_FROM = 16 * MIB

# a table of text or Parquet: far beyond any nation
LONGEST_LINE = MIB
MOST_COLUMNS = 2000
MOST_CELLS = 100_000_000

# a process that decodes a file: seconds of the processor, one more for so many bytes; of the clock so
# many times that; memory, if the file's footer does not say what it needs
DECODING_SECONDS, DECODED_A_SECOND, CLOCK_A_SECOND = 6, 2 * MIB, 10
DECODING_MEMORY = 1024 * MIB

# Parquet, by its own footer: its values (items of lists each by itself), so many and so many more a byte
# of the file, for one constant of a few bytes may stand in every row; but a nation's bare list of schools,
# their codes in order, takes less than half a byte a row. What the footer holds
FREE_VALUES, VALUES_A_BYTE = 500_000, 5
MOST_OF_A_FOOTER = 500_000

# a workbook's sheets; a worksheet: the block that its filled cells span; a cell's signs, as Excel has them
MOST_SHEETS = 1000
MOST_SHEET_ROWS, MOST_SHEET_COLUMNS = 1_048_576, 16_384
MOST_SHEET_CELLS = 2_000_000
LONGEST_CELL = 32_767
MOST_MERGED = 50_000

# the parts of an Office file that are read, each as often as it is: their XML and its elements; the
# signs of all cells, of a text that many share as often as it stands there
MOST_OF_PARTS = 64 * MIB
MOST_ELEMENTS = 1_000_000
MOST_SIGNS = 20_000_000

# JSON: distinct keys × records (a hostile file could ask for a table far larger than itself), a
# key's characters, an integer's digits (a fact takes at most twenty)
MOST_JSON_CELLS = 20_000_000
LONGEST_KEY = 200
MOST_DIGITS = 30

# a table's records: the schools of a county, the counties of a file, ten times the nation's
MOST_SCHOOLS, MOST_COUNTIES = 10_000, 30_000

# tables of schools that are one county's: their columns × their rows × how many they are, for each is held
# against all others. Fourteen sheets of 300 schools come to 12 million
MOST_JOINING = 60_000_000

# what is said of one file, and the cells of one column that are explained one by one
MOST_PROBLEMS = 1000  # nobody works through more; a hostile file could give a million
EXPLAINED_ROWS = 10_000
NAMED_HEADINGS = 50

# a register as text: beyond it, read in a stream, its headings in the first line
STREAMED_FROM = 32 * MIB
