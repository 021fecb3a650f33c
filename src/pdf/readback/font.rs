//! What a font says about its codes: their text by `/ToUnicode` (ISO 32000-1, 9.10.3) and their widths by `/W` (9.7.4.3).

use super::Unreadable;
use super::file::{File, inflate};
use super::lexer::{Lexer, Value, entry, items, push_hex};
use super::memory::Stored;
use libdeflater::Decompressor;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Codes are two bytes.
const CODES: usize = 1 << 16;
/// No map of ours names more than each code a few times.
const MOST_ENTRIES: usize = 4 * CODES;
/// Fonts that are remembered; a job has a dozen in a plate, and supplements have their own.
const REMEMBERED: usize = 128;

/// A code of a font.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    /// Where its text starts; `u32::MAX` when the font gives none.
    start: u32,
    length: u32,
    width: f32,
}

const NO_TEXT: u32 = u32::MAX;

/// A font as a reader of text needs it.
#[derive(Debug)]
pub(super) struct Font {
    glyphs: Vec<Glyph>,
    texts: String,
    default_width: f32,
}

impl Font {
    /// Appends the text of a code and gives its width in thousandths of an em.
    #[inline]
    pub(super) fn push_text(&self, code: u16, out: &mut String) -> Result<f32, Unreadable> {
        let Some(glyph) = self.glyphs.get(usize::from(code)).filter(|glyph| glyph.start != NO_TEXT) else {
            return Err(Unreadable::GlyphWithoutText);
        };
        let start = glyph.start as usize;
        out.push_str(&self.texts[start..start + glyph.length as usize]);
        Ok(glyph.width)
    }

    fn glyph(&mut self, code: u16) -> &mut Glyph {
        let code = usize::from(code);
        if self.glyphs.len() <= code {
            self.glyphs.resize(code + 1, Glyph { start: NO_TEXT, length: 0, width: self.default_width });
        }
        &mut self.glyphs[code]
    }

    fn set_text(&mut self, code: u16, units: &[u16]) -> Result<(), Unreadable> {
        let text = String::from_utf16(units).map_err(|_| Unreadable::Damaged("the text of a glyph"))?;
        let (start, length) = (self.texts.len() as u32, text.len() as u32);
        self.texts.push_str(&text);
        let glyph = self.glyph(code);
        (glyph.start, glyph.length) = (start, length);
        Ok(())
    }
}

/// What a font's text depends on, as it is stored: equal parts make an equal font, whatever file they stand in.
struct Parts<'f> {
    map: Stored<'f>,
    widths: &'f [u8],
    default_width: f32,
    /// The objects that it stands in, its own first; absent when there may be more.
    objects: Option<Vec<u32>>,
}

/// Fonts that were parsed, by the bytes that they were parsed from.
#[derive(Default)]
pub(super) struct FontMemory {
    known: RwLock<Vec<Known>>,
}

struct Known {
    stored: Box<[u8]>,
    dictionary: Box<[u8]>,
    widths: Box<[u8]>,
    font: Arc<Font>,
    /// Number and bytes of the objects that it stands in, its own first; none when they cannot be told by their bytes.
    objects: Vec<(u32, Box<[u8]>)>,
    /// Since the memory was full last.
    was_used: AtomicBool,
}

impl Known {
    /// Whether a file has it in the same objects, byte by byte: then nothing of them need be parsed to know it.
    fn stands_in(&self, file: &File<'_>, font: Value<'_>) -> bool {
        let first = self.objects.first().map(|(number, _)| Value::Reference(*number));
        let has = |(number, bytes): &(u32, Box<[u8]>)| file.from(*number).is_some_and(|rest| rest.starts_with(bytes));
        first == Some(font) && self.objects.iter().all(has)
    }

    fn is(&self, parts: &Parts<'_>) -> bool {
        self.font.default_width.to_bits() == parts.default_width.to_bits()
            && *self.stored == *parts.map.bytes
            && *self.dictionary == *parts.map.dictionary
            && *self.widths == *parts.widths
    }
}

impl FontMemory {
    /// How many of the fonts that are remembered are known by the bytes of their objects.
    #[cfg(test)]
    pub(super) fn told_by_objects(&self) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|known| !known.objects.is_empty()).count()
    }

    /// How many fonts are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The font of an object, parsed once for all files that have the same.
    pub(super) fn font(&self, file: &File<'_>, font: Value<'_>, decompressor: &mut Decompressor) -> Result<Arc<Font>, Unreadable> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|known| known.stands_in(file, font)) {
            known.was_used.store(true, Ordering::Relaxed);
            return Ok(Arc::clone(&known.font));
        }
        let parts = parts(file, font)?;
        if let Some(known) = known.iter().find(|known| known.is(&parts)) {
            known.was_used.store(true, Ordering::Relaxed);
            return Ok(Arc::clone(&known.font));
        }
        drop(known);
        let font = Arc::new(parse(&parts, decompressor)?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            // The plate's are in every file; those of a supplement may never come again.
            known.retain(|known| known.was_used.swap(false, Ordering::Relaxed));
            known.truncate(REMEMBERED / 2);
        }
        let Parts { map, widths, objects, .. } = parts;
        let stretch = |number: u32| file.stretch(number).map(|bytes| (number, bytes.into()));
        known.push(Known {
            stored: map.bytes.into(),
            dictionary: map.dictionary.into(),
            widths: widths.into(),
            font: Arc::clone(&font),
            objects: objects.and_then(|objects| objects.into_iter().map(stretch).collect()).unwrap_or_default(),
            was_used: AtomicBool::new(true),
        });
        Ok(font)
    }
}

fn parts<'f>(file: &'f File<'_>, object: Value<'f>) -> Result<Parts<'f>, Unreadable> {
    let font = file.dictionary(object)?;
    if entry(font, b"Subtype")? != Some(Value::Name(b"Type0")) || entry(font, b"Encoding")? != Some(Value::Name(b"Identity-H")) {
        return Err(Unreadable::Foreign("a font that is not Identity-H"));
    }
    let Some(Value::Reference(map_object)) = entry(font, b"ToUnicode")? else { return Err(Unreadable::Missing("the text of a font")) };
    let map = file.stream(map_object)?;
    let Some(Value::Array(descendants)) = file.entry(font, b"DescendantFonts")? else {
        return Err(Unreadable::Missing("a font's descendant"));
    };
    let descendant_object = Lexer::new(descendants).value()?.ok_or(Unreadable::Missing("a font's descendant"))?;
    let descendant = file.dictionary(descendant_object)?;
    let widths = entry(descendant, b"W")?;
    let is_direct = !matches!(widths, Some(Value::Reference(_))) && matches!(entry(font, b"DescendantFonts")?, Some(Value::Array(_)));
    let objects = match (object, descendant_object) {
        (Value::Reference(font), Value::Reference(descendant)) if is_direct => Some(vec![font, map_object, descendant]),
        // Its descendant stands in itself.
        (Value::Reference(font), Value::Dictionary(_)) if is_direct => Some(vec![font, map_object]),
        _ => None,
    };
    let widths = match widths.map(|widths| file.resolve(widths)).transpose()? {
        Some(Value::Array(widths)) => widths,
        _ => b"",
    };
    let default_width = match entry(descendant, b"DW")? {
        Some(Value::Number(width)) => width as f32,
        _ => 1000.0,
    };
    Ok(Parts { map, widths, default_width, objects })
}

fn parse(parts: &Parts<'_>, decompressor: &mut Decompressor) -> Result<Font, Unreadable> {
    let mut font = Font { glyphs: Vec::new(), texts: String::new(), default_width: parts.default_width };
    let mut map = Vec::new();
    inflate(parts.map, decompressor, &mut map)?;
    read_map(&map, &mut font)?;
    read_widths(parts.widths, &mut font)?;
    Ok(font)
}

/// `bfchar` and `bfrange` sections.
fn read_map(map: &[u8], font: &mut Font) -> Result<(), Unreadable> {
    let wrong = || Unreadable::Damaged("the text map of a font");
    let mut lexer = Lexer::new(map);
    let mut set = 0;
    while let Some(value) = lexer.single()? {
        let ranges = match value {
            Value::Word(b"beginbfchar") => false,
            Value::Word(b"beginbfrange") => true,
            _ => continue,
        };
        while let Some(Value::Hex(first)) = lexer.single()? {
            let first = code(first)?;
            let last = match ranges.then(|| lexer.single()).transpose()?.flatten() {
                Some(Value::Hex(last)) => code(last)?,
                Some(_) => return Err(wrong()),
                None => first,
            };
            set += usize::from(last.saturating_sub(first)) + 1;
            if last < first || set > MOST_ENTRIES {
                return Err(wrong());
            }
            match lexer.single()? {
                Some(Value::Hex(text)) => {
                    let mut text = units(text);
                    for code in first..=last {
                        font.set_text(code, &text)?;
                        if let Some(unit) = text.last_mut() {
                            *unit = unit.wrapping_add(1);
                        }
                    }
                }
                Some(Value::Array(texts)) if ranges => {
                    let texts = items(texts)?;
                    for (code, text) in (first..=last).zip(texts) {
                        let Value::Hex(text) = text else { return Err(wrong()) };
                        font.set_text(code, &units(text))?;
                    }
                }
                _ => return Err(wrong()),
            }
        }
    }
    Ok(())
}

fn code(hex: &[u8]) -> Result<u16, Unreadable> {
    match units(hex).as_slice() {
        [code] => Ok(*code),
        _ => Err(Unreadable::Damaged("a code of a font")),
    }
}

/// A hexadecimal string as UTF-16 units.
fn units(hex: &[u8]) -> Vec<u16> {
    let mut bytes = Vec::with_capacity(8);
    push_hex(hex, &mut bytes);
    bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or_default()])).collect()
}

/// `first [w w …]` and `first last w`.
fn read_widths(widths: &[u8], font: &mut Font) -> Result<(), Unreadable> {
    let wrong = || Unreadable::Damaged("the widths of a font");
    let number = |value: Option<Value<'_>>| match value {
        Some(Value::Number(number)) => Ok(number),
        _ => Err(wrong()),
    };
    let code = |number: f64| if (0.0..CODES as f64).contains(&number) { Ok(number as u16) } else { Err(wrong()) };
    let mut lexer = Lexer::new(widths);
    let mut set = 0;
    while let Some(first) = lexer.single()? {
        let first = code(number(Some(first))?)?;
        match lexer.single()? {
            Some(Value::Array(list)) => {
                let mut list = Lexer::new(list);
                let mut code = Some(first);
                while let Some(width) = list.single()? {
                    font.glyph(code.ok_or_else(wrong)?).width = number(Some(width))? as f32;
                    code = code.and_then(|code| code.checked_add(1));
                }
            }
            last => {
                let (last, width) = (code(number(last)?)?, number(lexer.single()?)? as f32);
                set += usize::from(last.saturating_sub(first));
                if set > MOST_ENTRIES {
                    return Err(wrong());
                }
                for code in first..=last {
                    font.glyph(code).width = width;
                }
            }
        }
    }
    Ok(())
}
