//! What hides in PDF files: document information, XMP, outlines, page labels, attachments, names of tags and their alternative texts. All
//! objects are looked at, decompressed. A letter says what it says through the glyphs of its fonts alone: only a reader finds it.

use super::{Watch, everything_below, holds};
use crate::harness::tool;
use lopdf::{Document, Object};
use std::path::Path;

/// Looks through every PDF of a home, and reads those that are about nobody: proofs, memo and report. Says what was looked at.
#[track_caller]
pub(super) fn look(watch: &Watch) -> String {
    let (mut files, mut objects, mut impersonal, mut personal) = (0, 0, 0, 0);
    for path in everything_below(&watch.home.path("")).iter().filter(|path| path.extension().is_some_and(|ending| ending == "pdf")) {
        let name = path.display();
        objects += look_into(path).unwrap_or_else(|found| panic!("{name}: {found}"));
        files += 1;
        let is_impersonal = ["previews", "report", "memo.pdf"].map(|part| watch.home.path(part)).iter().any(|part| path.starts_with(part));
        if is_impersonal {
            assert!(!holds(text(path).as_bytes()), "{name} tells of a patient");
            impersonal += 1;
        } else if personal == 0 {
            assert!(holds(text(path).as_bytes()), "{name} is a patient's: a reader finds the canary that no object shows");
            personal += 1;
        }
    }
    assert!(personal == 1 && impersonal > 10);
    format!("{files} PDF files, {objects} objects, 0 with a canary; {impersonal} of the files read, 0 tell of a patient")
}

fn text(path: &Path) -> String {
    tool("pdftotext", &["-q", path.to_str().unwrap(), "-"])
}

/// How many objects a file has.
///
/// # Errors
/// The first that shows a canary.
fn look_into(path: &Path) -> Result<usize, String> {
    let file = Document::load(path).map_err(|error| error.to_string())?;
    shows_nothing(&Object::Dictionary(file.trailer.clone())).map_err(|found| format!("the trailer shows {found}"))?;
    for (id, object) in &file.objects {
        shows_nothing(object).map_err(|found| format!("object {} shows {found}", id.0))?;
    }
    Ok(file.objects.len())
}

fn shows_nothing(object: &Object) -> Result<(), String> {
    let judge = |bytes: &[u8]| if holds(bytes) { Err(String::from_utf8_lossy(bytes).into_owned()) } else { Ok(()) };
    let entries =
        |dictionary: &lopdf::Dictionary| dictionary.iter().try_for_each(|(key, value)| judge(key).and_then(|()| shows_nothing(value)));
    match object {
        Object::Name(name) => judge(name),
        Object::String(bytes, _) => match bytes.strip_prefix(b"\xfe\xff") {
            Some(wide) => judge(&wide.chunks(2).flat_map(|pair| pair.iter().skip(1)).copied().collect::<Vec<u8>>()),
            None => judge(bytes),
        },
        Object::Array(objects) => objects.iter().try_for_each(shows_nothing),
        Object::Dictionary(dictionary) => entries(dictionary),
        Object::Stream(stream) => {
            entries(&stream.dict)?;
            judge(&stream.get_plain_content().unwrap_or_else(|_| stream.content.clone()))
        }
        _ => Ok(()),
    }
}

#[test]
fn what_hides_is_found() {
    let wide: Vec<u8> = [0xfe, 0xff].into_iter().chain("Zaqvix".encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let string = |bytes: &[u8]| Object::String(bytes.to_vec(), lopdf::StringFormat::Literal);
    let mut stream = lopdf::Stream::new(lopdf::dictionary! { "Type" => "Metadata" }, b"<dc:title>Zaqvix</dc:title>".repeat(20));
    stream.compress().unwrap();
    assert!(!holds(&stream.content));
    let hidden = [
        Object::Dictionary(lopdf::dictionary! { "Title" => string(&wide) }),
        Object::Dictionary(lopdf::dictionary! { "K" => vec![Object::Dictionary(lopdf::dictionary! { "Alt" => string(b"zaqvix") })] }),
        Object::Array(vec![Object::Name(b"ZaqvixFont".to_vec())]),
        Object::Stream(stream),
    ];
    for (number, object) in hidden.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hidden.pdf");
        let mut file = Document::with_version("1.7");
        let root = file.add_object(object);
        file.trailer.set("Root", root);
        file.save(&path).unwrap();
        assert!(look_into(&path).is_err(), "number {number} is not found");
    }
}
