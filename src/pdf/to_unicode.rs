//! Codes -> text: a font's `/ToUnicode` map (ISO 32000-1, 9.10.3; Adobe Technical Note 5411).

use super::object::put;
use std::collections::BTreeMap;

/// Entries in one block, at most (Adobe Technical Note 5014, 1.4.1).
const BLOCK: usize = 100;

/// Writes the map, every code in it, also one whose glyph shares its neighbour's text.
pub(super) fn write(texts: BTreeMap<u16, &str>) -> Vec<u8> {
    let mut out = b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
        /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n\
        /CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        .to_vec();
    let entries: Vec<(u16, &str)> = texts.into_iter().collect();
    for block in entries.chunks(BLOCK) {
        put(&mut out, format_args!("{} beginbfchar\n", block.len()));
        for (code, text) in block {
            put(&mut out, format_args!("<{code:04X}> <"));
            for unit in text.encode_utf16() {
                put(&mut out, format_args!("{unit:04X}"));
            }
            out.extend(b">\n");
        }
        out.extend(b"endbfchar\n");
    }
    out.extend(b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    out
}
