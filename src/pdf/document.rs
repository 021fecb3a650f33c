//! A PDF file, written front to back: fonts and content as objects of their own, everything small in object streams, a
//! cross-reference stream at the end (ISO 32000-1, 7.5.7 and 7.5.8).

use super::deflate::Deflater;
use super::number::push_integer;
use super::object::put;
use super::plate::{Plate, Supplement};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Objects in one object stream: enough to compress well, few enough to keep in memory.
const PACKED: usize = 200;

/// A stream of one letter's own that is shorter than this stays as it is: most of it are names, numbers and codes, and to
/// compress them and, for the proof, to read them again costs more than the few hundred bytes that are saved.
const NOT_WORTH_IT: usize = 2048;

/// Where an object stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Not written yet.
    Reserved,
    /// Byte offset in the file.
    At(u64),
    /// In an object stream, at a position.
    In { stream: u32, position: u16 },
}

/// Header and plate of a file, laid out once and copied into every letter of a job.
#[derive(Clone)]
pub(super) struct Opening {
    bytes: Vec<u8>,
    places: Vec<Place>,
    digest: Sha256,
}

impl Opening {
    pub(super) fn new(plate: &Plate) -> Opening {
        let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut places = Vec::new();
        for object in plate.objects() {
            places.push(Place::At(bytes.len() as u64));
            put(&mut bytes, format_args!("{} 0 obj\n", places.len()));
            bytes.extend(object);
            bytes.extend(b"\nendobj\n");
        }
        let digest = Sha256::new_with_prefix(&bytes);
        Opening { bytes, places, digest }
    }
}

/// A finished file.
pub(super) struct Finished<W> {
    pub(super) out: W,
    /// SHA-256 of all its bytes, or of what its parts were told by.
    pub(super) sha256: [u8; 32],
    /// For the next file.
    pub(super) deflater: Deflater,
}

/// Whether other files of the job are likely to have the same stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// One letter's own.
    Own,
    /// Shared by many.
    Common,
}

/// Writes objects one after the other and remembers only where they stand.
pub(super) struct DocumentWriter<W: Write> {
    out: W,
    digest: Sha256,
    /// Whether the digest is of the bytes.
    digests_bytes: bool,
    position: u64,
    places: Vec<Place>,
    deflater: Deflater,
    packed_likeness: Likeness,
    /// Numbers and offsets of the objects that wait to be packed, and their bytes.
    waiting: Vec<(u32, usize)>,
    packed: Vec<u8>,
}

impl<W: Write> DocumentWriter<W> {
    /// Writes header and plate; says whether the small objects are likely to be those of other files.
    pub(super) fn begin(mut out: W, opening: &Opening, deflater: Deflater, packed_likeness: Likeness) -> io::Result<Self> {
        out.write_all(&opening.bytes)?;
        Ok(DocumentWriter {
            out,
            digest: opening.digest.clone(),
            digests_bytes: true,
            position: opening.bytes.len() as u64,
            places: opening.places.clone(),
            deflater,
            packed_likeness,
            waiting: Vec::new(),
            packed: Vec::new(),
        })
    }

    /// Writes the objects of a supplement and gives the number of the first.
    pub(super) fn supplement(&mut self, supplement: &Supplement) -> io::Result<u32> {
        let base = self.places.len() as u32 + 1;
        for bytes in supplement.objects(base) {
            let number = self.reserve();
            self.place(number, Place::At(self.position));
            let mut sink =
                Sink { out: &mut self.out, digest: self.digests_bytes.then_some(&mut self.digest), position: &mut self.position };
            let mut head = Vec::with_capacity(16);
            put(&mut head, format_args!("{number} 0 obj\n"));
            sink.write(&head)?;
            sink.write(&bytes)?;
            sink.write(b"\nendobj\n")?;
        }
        Ok(base)
    }

    /// Takes the next free object number.
    pub(super) fn reserve(&mut self) -> u32 {
        self.places.push(Place::Reserved);
        self.places.len() as u32
    }

    /// Puts an object into an object stream, under a number that was reserved.
    pub(super) fn pack(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.waiting.push((number, self.packed.len()));
        write(&mut self.packed);
        self.packed.push(b'\n');
        if self.waiting.len() == PACKED { self.flush() } else { Ok(()) }
    }

    /// Compresses and writes a stream under a number that was reserved; `entries` are those of its dictionary.
    pub(super) fn stream(&mut self, number: u32, entries: &str, bytes: &[u8], likeness: Likeness) -> io::Result<()> {
        self.place(number, Place::At(self.position));
        let mut sink = Sink { out: &mut self.out, digest: self.digests_bytes.then_some(&mut self.digest), position: &mut self.position };
        match likeness {
            Likeness::Own if bytes.len() < NOT_WORTH_IT => sink.stream(number, &[entries], bytes),
            Likeness::Own => sink.stream(number, &[entries, "/Filter/FlateDecode"], self.deflater.once(bytes)?),
            Likeness::Common => sink.stream(number, &[entries, "/Filter/FlateDecode"], &self.deflater.kept(bytes)?),
        }
    }

    /// Writes a stream as it is.
    pub(super) fn raw_stream(&mut self, number: u32, entries: &str, bytes: &[u8]) -> io::Result<()> {
        self.place(number, Place::At(self.position));
        Sink { out: &mut self.out, digest: self.digests_bytes.then_some(&mut self.digest), position: &mut self.position }.stream(
            number,
            &[entries],
            bytes,
        )
    }

    /// Tells the file by its parts from now on, which are digested already, not by all of its bytes.
    pub(super) fn told_by_parts(self) -> Self {
        DocumentWriter { digests_bytes: false, ..self }
    }

    /// Takes what a part is told by.
    pub(super) fn tell(&mut self, part: &[u8]) {
        self.digest.update(part);
    }

    /// Writes the cross-reference stream; the file identifier is a digest of what was written, so that equal letters are
    /// equal files.
    pub(super) fn finish(mut self, catalog: u32, info: u32) -> io::Result<Finished<W>> {
        self.flush()?;
        let number = self.reserve();
        let start = self.position;
        self.place(number, Place::At(start));
        let identifier: String = self.digest.clone().finalize().iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        let mut table = vec![0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        for place in &self.places {
            let (kind, first, second) = match *place {
                Place::Reserved => (0, 0, 0),
                Place::At(offset) => (1, offset, 0),
                Place::In { stream, position } => (2, u64::from(stream), position),
            };
            table.push(kind);
            table.extend(&first.to_be_bytes()[3..]);
            table.extend(second.to_be_bytes());
        }
        let size = self.places.len() + 1;
        let entries = format!("/Type/XRef/Size {size}/W[1 5 2]/Root {catalog} 0 R/Info {info} 0 R/ID[<{identifier}><{identifier}>]");
        self.stream(number, &entries, &table, Likeness::Own)?;
        let end = format!("startxref\n{start}\n%%EOF\n");
        Sink { out: &mut self.out, digest: self.digests_bytes.then_some(&mut self.digest), position: &mut self.position }
            .write(end.as_bytes())?;
        self.out.flush()?;
        Ok(Finished { out: self.out, sha256: self.digest.finalize().into(), deflater: self.deflater })
    }

    /// Writes the objects that wait as one object stream: their numbers and offsets, then the objects.
    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let stream = self.reserve();
        let waiting = std::mem::take(&mut self.waiting);
        let mut bytes = Vec::with_capacity(self.packed.len() + waiting.len() * 10);
        for (position, (number, offset)) in waiting.iter().enumerate() {
            self.place(*number, Place::In { stream, position: position as u16 });
            push_integer((*number).into(), &mut bytes);
            bytes.push(b' ');
            push_integer(*offset as u64, &mut bytes);
            bytes.push(b' ');
        }
        let entries = format!("/Type/ObjStm/N {}/First {}", waiting.len(), bytes.len());
        bytes.append(&mut self.packed);
        self.stream(stream, &entries, &bytes, self.packed_likeness)
    }

    fn place(&mut self, number: u32, place: Place) {
        self.places[number as usize - 1] = place;
    }
}

/// Where bytes go, counted and digested.
struct Sink<'a, W: Write> {
    out: &'a mut W,
    digest: Option<&'a mut Sha256>,
    position: &'a mut u64,
}

impl<W: Write> Sink<'_, W> {
    fn stream(&mut self, number: u32, entries: &[&str], bytes: &[u8]) -> io::Result<()> {
        let mut head = Vec::with_capacity(96);
        push_integer(number.into(), &mut head);
        head.extend(b" 0 obj\n<<");
        entries.iter().for_each(|entry| head.extend(entry.as_bytes()));
        head.extend(b"/Length ");
        push_integer(bytes.len() as u64, &mut head);
        head.extend(b">>\nstream\n");
        self.write(&head)?;
        self.write(bytes)?;
        self.write(b"\r\nendstream\nendobj\n")
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        *self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
