"""Sets the letters of a folder with pdfLaTeX in one merged document, and prints letters and CPU seconds.

usage: render.py FOLDER   (letters.json in, letters.tex and letters.pdf beside it)
"""

import json
import pathlib
import resource
import subprocess
import sys

HEAD = r"""\documentclass[11pt]{article}
\pdfcompresslevel=6
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\renewcommand{\familydefault}{\sfdefault}
\usepackage[paperwidth=8.5in,paperheight=11in,hmargin=66pt,top=50pt,bottom=60pt]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\pagestyle{myheadings}
\begin{document}
"""
ESCAPES = {c: "\\" + c for c in "#$%&_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\u00a0": "~",
    "\u2011": "-",
}


def escape(text):
    """Text for LaTeX; what its T1 encoding lacks is left out."""
    return "".join(ESCAPES.get(c, c if ord(c) < 0x180 or c in "\u2013\u2014\u2018\u2019\u201c\u201d\u2022" else "") for c in text)


def run(inline):
    text = escape(inline["text"])
    if inline["bold"] or inline["code"]:
        return r"\textbf{" + text + "}"
    return r"\emph{" + text + "}" if inline["italic"] else text


def runs(inlines):
    return "".join(map(run, inlines))


def block(block):
    kind = block["kind"]
    if kind == "title":
        return r"{\Large\bfseries " + runs(block["text"]) + r"\par}"
    if kind == "heading":
        return r"\pagebreak[1]{\large\bfseries " + runs(block["text"]) + r"\par}\nopagebreak"
    if kind == "paragraph":
        return runs(block["text"]) + r"\par"
    if kind == "list":
        return "\n".join([r"\begin{itemize}"] + [r"\item " + blocks(item) for item in block["items"]] + [r"\end{itemize}"])
    if kind == "table":
        width = f"{0.92 / len(block['header']):.2f}"
        rows = [" & ".join(map(runs, row)) + r"\\\hline" for row in [block["header"], *block["rows"]]]
        columns = "p{" + width + r"\textwidth}"
        return "\n".join([r"{\small\begin{tabular}{" + columns * len(block["header"]) + "}", *rows, r"\end{tabular}}\par"])
    if kind == "framed":
        return r"\fbox{\parbox{.97\textwidth}{" + blocks(block["blocks"]) + r"}}\par"
    return r"\parbox{\textwidth}{" + blocks(block["blocks"]) + r"}\par"


def blocks(all_blocks):
    return "\n".join(map(block, all_blocks))


def letter(letter):
    lines = lambda all_lines: r"\\".join(map(escape, all_lines))
    return "\n".join([
        r"\clearpage\setcounter{page}{1}\markright{" + letter["piece"] + "}",
        r"{\small " + lines(letter["return_address"]) + r"\par}\vspace{80pt}",
        lines(letter["recipient_address"]) + r"\par\vspace{40pt}",
        blocks(letter["blocks"]),
    ])


folder = pathlib.Path(sys.argv[1])
letters = json.loads((folder / "letters.json").read_text())
(folder / "letters.tex").write_text(HEAD + "\n".join(map(letter, letters)) + "\n\\end{document}\n")
begun = resource.getrusage(resource.RUSAGE_CHILDREN)
done = subprocess.run(["pdflatex", "-interaction=batchmode", "letters.tex"], cwd=folder, capture_output=True)
ended = resource.getrusage(resource.RUSAGE_CHILDREN)
written = folder / "letters.pdf"
if not written.exists() or done.returncode != 0:
    sys.exit((folder / "letters.log").read_text(errors="replace")[-2000:])
cpu = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
print(json.dumps({"letters": len(letters), "cpu_seconds": cpu, "bytes": written.stat().st_size}))
