//! A PDF file as it is written: header, objects in any order, cross-reference table, trailer (ISO 32000-1, 7.5).

use super::object::put;
use super::plate::{Plate, Supplement};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Writes objects one after the other and remembers only where they stand.
pub(super) struct DocumentWriter<W: Write> {
    out: W,
    digest: Sha256,
    position: u64,
    offsets: Vec<u64>,
}

impl<W: Write> DocumentWriter<W> {
    /// Writes the header and the plate's objects.
    pub(super) fn begin(out: W, plate: &Plate) -> io::Result<Self> {
        let mut writer = DocumentWriter { out, digest: Sha256::new(), position: 0, offsets: Vec::new() };
        writer.write(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        for bytes in plate.objects() {
            let number = writer.reserve();
            writer.object(number, bytes)?;
        }
        Ok(writer)
    }

    /// Writes a letter's supplement, if any, and gives the number of its first object.
    pub(super) fn supplement<'a>(&mut self, supplement: Option<&'a Supplement>) -> io::Result<Option<(&'a Supplement, u32)>> {
        let Some(supplement) = supplement else { return Ok(None) };
        let base = self.offsets.len() as u32 + 1;
        for bytes in supplement.objects(base) {
            let number = self.reserve();
            self.object(number, &bytes)?;
        }
        Ok(Some((supplement, base)))
    }

    /// Takes the next free object number.
    pub(super) fn reserve(&mut self) -> u32 {
        self.offsets.push(0);
        self.offsets.len() as u32
    }

    /// Writes an object under a number that was reserved.
    pub(super) fn object(&mut self, number: u32, bytes: &[u8]) -> io::Result<()> {
        self.offsets[number as usize - 1] = self.position;
        let mut head = Vec::with_capacity(16);
        put(&mut head, format_args!("{number} 0 obj\n"));
        self.write(&head)?;
        self.write(bytes)?;
        self.write(b"\nendobj\n")
    }

    /// Writes a compressed stream under a number that was reserved.
    pub(super) fn stream(&mut self, number: u32, deflated: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(deflated.len() + 64);
        put(&mut bytes, format_args!("<</Filter/FlateDecode/Length {}>>\nstream\n", deflated.len()));
        bytes.extend(deflated);
        bytes.extend(b"\nendstream");
        self.object(number, &bytes)
    }

    /// Writes cross-reference table and trailer; the file identifier is a digest of what was written, so that equal
    /// letters are equal files.
    pub(super) fn finish(mut self, catalog: u32, info: u32) -> io::Result<W> {
        let identifier: String = self.digest.clone().finalize().iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        let start = self.position;
        let mut tail = Vec::with_capacity(self.offsets.len() * 20 + 200);
        let size = self.offsets.len() + 1;
        put(&mut tail, format_args!("xref\n0 {size}\n0000000000 65535 f \n"));
        for offset in &self.offsets {
            put(&mut tail, format_args!("{offset:010} 00000 n \n"));
        }
        put(&mut tail, format_args!("trailer\n<</Size {size}/Root {catalog} 0 R/Info {info} 0 R/ID[<{identifier}><{identifier}>]>>\n"));
        put(&mut tail, format_args!("startxref\n{start}\n%%EOF\n"));
        self.out.write_all(&tail)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
