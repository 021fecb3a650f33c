//! `lopdf` objects -> bytes, with references renumbered (ISO 32000-1, 7.3).

use lopdf::{Dictionary, Object};
use std::collections::BTreeMap;
use std::io::Write as _;

/// Old object number -> new one.
pub(super) type Renumbering = BTreeMap<u32, u32>;

/// Writes an object as it stands in a file.
pub(super) fn write(object: &Object, numbers: &Renumbering, out: &mut Vec<u8>) {
    match object {
        Object::Null => out.extend(b"null"),
        Object::Boolean(value) => out.extend(if *value { b"true".as_slice() } else { b"false" }),
        Object::Integer(value) => put(out, format_args!("{value}")),
        Object::Real(value) => put(out, format_args!("{value}")),
        Object::Name(name) => write_name(name, out),
        Object::String(bytes, _) => write_string(bytes, out),
        Object::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                write(item, numbers, out);
            }
            out.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(dictionary, numbers, out),
        Object::Stream(stream) => {
            write_dictionary(&stream.dict, numbers, out);
            out.extend(b"\nstream\n");
            out.extend(&stream.content);
            // Two bytes: a stream may end in a carriage return, which a reader could take for part of a line end.
            out.extend(b"\r\nendstream");
        }
        Object::Reference((number, _)) => put(out, format_args!("{} 0 R", numbers.get(number).copied().unwrap_or_default())),
    }
}

fn write_dictionary(dictionary: &Dictionary, numbers: &Renumbering, out: &mut Vec<u8>) {
    out.extend(b"<<");
    for (key, value) in dictionary {
        write_name(key, out);
        out.push(b' ');
        write(value, numbers, out);
    }
    out.extend(b">>");
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+,".contains(&byte) {
            out.push(byte);
        } else {
            put(out, format_args!("#{byte:02X}"));
        }
    }
}

/// A literal string: backslash, parentheses and line ends escaped, every other byte as it is.
pub(super) fn write_string(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'(');
    for &byte in bytes {
        push_escaped(byte, out);
    }
    out.push(b')');
}

/// One byte of a literal string.
#[inline]
pub(super) fn push_escaped(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'(' | b')' | b'\\' => out.extend([b'\\', byte]),
        b'\r' => out.extend(b"\\r"),
        b'\n' => out.extend(b"\\n"),
        _ => out.push(byte),
    }
}

/// A text string of the document level: UTF-16 with byte order mark unless plain ASCII (ISO 32000-1, 7.9.2.2).
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        write_string(text.as_bytes(), out);
    } else {
        let units = text.encode_utf16().flat_map(u16::to_be_bytes);
        let bytes: Vec<u8> = [0xFE, 0xFF].into_iter().chain(units).collect();
        write_string(&bytes, out);
    }
}

/// Formats into a byte vector.
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = out.write_fmt(text);
}
