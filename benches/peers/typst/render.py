"""Renders the letters of a folder with Typst's Python package, one tagged PDF file each, and prints letters and CPU seconds.

usage: render.py FOLDER   (letters.json in, typst/*.pdf beside it; FOLDER/fonts holds the font files)
"""

import json
import os
import pathlib
import resource
import shutil
import sys

import typst

folder = pathlib.Path(sys.argv[1])
out = folder / "typst"
out.mkdir()
shutil.copy(pathlib.Path(__file__).with_name("letter.typ"), folder)
count = len(json.loads((folder / "letters.json").read_text()))
compiler = typst.Compiler(
    str(folder / "letter.typ"), root=str(folder), font_paths=[str(folder / "fonts")], ignore_system_fonts=True
)
compiler.compile(sys_inputs={"folder": "", "letter": "0"})  # fonts and template are read before the clock starts
begun = resource.getrusage(resource.RUSAGE_SELF)
size = 0
for letter in range(count):
    bytes_ = compiler.compile(sys_inputs={"folder": "", "letter": str(letter)}, pdf_standards=["ua-1"])
    path = out / f"{letter}.pdf"
    (out / f"{letter}.tmp").write_bytes(bytes_)
    os.rename(out / f"{letter}.tmp", path)
    size += len(bytes_)
ended = resource.getrusage(resource.RUSAGE_SELF)
cpu = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
print(json.dumps({"letters": count, "cpu_seconds": cpu, "bytes": size, "peak_kilobytes": ended.ru_maxrss}))
