//! Two people's values are swapped at every boundary between list and bytes: each swap stops the job by its name.
//!
//! Without the proof, every one of these would be a letter to the wrong person.

use super::press::Silent;
use super::proof::{Written, index_agrees, proved};
use super::*;
use crate::compose::{Block, BlockKind, BodyBlock, Inline, Letter};
use crate::error::Error;
use crate::incident::{Language, ProviderIndex};
use crate::pdf::{GlyphUse, PieceWriter, Standard, StreamPart};
use crate::prove::{Listing, Mismatch};
use crate::recipients::{Recipient, Role};
use crate::typeset::{Pages, Typesetter};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// The sample incident in a folder of its own, with two people in it.
struct Scene {
    folder: tempfile::TempDir,
    proofed: Proofed,
    /// An adult of the first provider, and the first other person whom a test asks for.
    one: usize,
    other: usize,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/lakeside"), folder.path());
    folder
}

fn proofed(case: Case) -> Proofed {
    let layout = Layout { draft: false, job: 12, ..layout(&case.incident).unwrap() };
    let number = |at| Some(PieceNumber(at as u32 + 1));
    let composer = Composer::load(&case.incident, &case.rules, &case.recipients).unwrap();
    proof(case, composer, layout, Fonts::built_in().unwrap(), Press::new(Some(1)).unwrap(), (&number, None), &Silent).unwrap()
}

/// An adult who is written to in English, with a code.
fn is_plain(recipient: &Recipient) -> bool {
    let english = recipient.language == Language::English;
    recipient.disposition == Disposition::Letter && recipient.role == Role::Adult && english && recipient.activation_code.is_some()
}

impl Scene {
    /// Two people who differ in what `differ` gives.
    fn with<T: PartialEq>(differ: impl Fn(&Recipient) -> T, is_other: impl Fn(&Recipient) -> bool) -> Scene {
        Scene::of(sample(), differ, is_other)
    }

    fn of<T: PartialEq>(folder: tempfile::TempDir, differ: impl Fn(&Recipient) -> T, is_other: impl Fn(&Recipient) -> bool) -> Scene {
        let proofed = proofed(read(folder.path()).unwrap());
        let people: Vec<Recipient> = proofed.case.recipients.people.iter().collect();
        let one = people.iter().position(is_plain).unwrap();
        let is_letter = |recipient: &Recipient| recipient.disposition == Disposition::Letter;
        let fits = |recipient: &Recipient| is_letter(recipient) && is_other(recipient) && differ(recipient) != differ(&people[one]);
        let other = people.iter().position(fits).unwrap();
        Scene { folder, proofed, one, other }
    }

    fn two_adults() -> Scene {
        Scene::with(|recipient| (recipient.name.clone(), recipient.elements, recipient.address.clone()), is_plain)
    }

    fn typesetter(&self) -> Typesetter {
        self.proofed.press.typesetter(&self.proofed.layout, &self.proofed.fonts).unwrap()
    }

    fn letter(&self, recipient: usize) -> Letter {
        let case = &self.proofed.case;
        self.proofed.composer.compose(&case.incident, &case.recipients.people.get(recipient), PieceNumber(recipient as u32 + 1)).unwrap()
    }

    fn set(&self, letter: &Letter) -> Pages {
        self.typesetter().set(letter).unwrap()
    }

    fn bytes(&self, pages: &Pages) -> Vec<u8> {
        PieceWriter::new(&self.proofed.plate, Standard::Plain).write(pages).unwrap().bytes
    }

    fn prove(&self, recipient: usize, pages: usize, bytes: &[u8]) -> Result<()> {
        let set = Set::new(recipient, PieceNumber(recipient as u32 + 1), pages);
        proved(&self.proofed, Written::Letter, &[(set, 0)], bytes).map(|_| ())
    }

    fn prove_letters(&self, one: &Letter, other: &Letter) -> [Result<()>; 2] {
        [(self.one, one), (self.other, other)].map(|(recipient, letter)| {
            let pages = self.set(letter);
            self.prove(recipient, pages.pages.len(), &self.bytes(&pages))
        })
    }

    fn two(&mut self, swap: impl Fn(&mut Recipient, &mut Recipient)) {
        let mut people: Vec<Recipient> = self.proofed.case.recipients.people.iter().collect();
        let (low, high) = (self.one.min(self.other), self.one.max(self.other));
        let (head, tail) = people.split_at_mut(high);
        swap(&mut head[low], &mut tail[0]);
        self.proofed.case.recipients.people = people.into_iter().collect();
    }
}

#[track_caller]
fn caught(found: Result<()>, expected: Mismatch, what: &str) {
    let Err(Error { findings, kind, .. }) = found else { panic!("{what}: nobody saw it") };
    assert_eq!(kind.exit_code(), 70);
    let reason = &findings[0].reason;
    assert!(reason.contains(&format!("{expected};")), "{what}: {reason}");
}

/// A swap of one value of two recipients.
type SwapRecipients = fn(&mut Recipient, &mut Recipient);

#[test]
fn nothing_is_swapped_and_nothing_is_caught() {
    let scene = Scene::two_adults();
    for result in scene.prove_letters(&scene.letter(scene.one), &scene.letter(scene.other)) {
        result.unwrap();
    }
}

#[test]
fn rows_at_intake() {
    let folder = sample();
    let mut case = read(folder.path()).unwrap();
    let plain: Vec<usize> = (0..case.recipients.people.len()).filter(|at| is_plain(&case.recipients.people.get(*at))).take(2).collect();
    let rows: Vec<usize> = plain.iter().map(|at| case.recipients.people.get(*at).rows[0].0 as usize).collect();
    case.intake.rows.swap_values(rows[0], rows[1]);
    // Everything after intake is made of the swapped values, and so agrees with itself.
    case.recipients = recipients::gather(&case.incident, &case.rules, &case.intake).unwrap();
    let scene = Scene { folder, proofed: proofed(case), one: plain[0], other: plain[1] };
    for result in scene.prove_letters(&scene.letter(scene.one), &scene.letter(scene.other)) {
        caught(result, Mismatch::Row, "values of two rows");
    }
}

#[test]
fn whole_rows_after_merging() {
    let mut scene = Scene::with(
        |recipient| (recipient.name.clone(), recipient.address.clone()),
        |recipient| is_plain(recipient) && recipient.provider == Some(ProviderIndex(0)),
    );
    let rows = [scene.one, scene.other].map(|at| scene.proofed.case.recipients.people.get(at).rows[0].0 as usize);
    scene.proofed.case.intake.rows.swap(rows[0], rows[1]);
    for result in scene.prove_letters(&scene.letter(scene.one), &scene.letter(scene.other)) {
        caught(result, Mismatch::Address, "two rows");
    }
}

#[test]
fn recipients_after_merging() {
    let cases: [(&str, SwapRecipients, Mismatch); 5] = [
        ("name", |one, other| std::mem::swap(&mut one.name, &mut other.name), Mismatch::Name),
        ("address", |one, other| std::mem::swap(&mut one.address, &mut other.address), Mismatch::Address),
        ("code", |one, other| std::mem::swap(&mut one.activation_code, &mut other.activation_code), Mismatch::ActivationCode),
        ("elements", |one, other| std::mem::swap(&mut one.elements, &mut other.elements), Mismatch::Elements),
        ("rows", |one, other| std::mem::swap(&mut one.rows, &mut other.rows), Mismatch::Address),
    ];
    let mut scene = Scene::two_adults();
    for (what, swap, expected) in cases {
        scene.two(swap);
        let [found, _] = scene.prove_letters(&scene.letter(scene.one), &scene.letter(scene.other));
        caught(found, expected, what);
        scene.two(swap);
    }
}

#[test]
fn a_provider_too_many() {
    let folder = sample();
    let file = folder.path().join("incident.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("kind = \"provider\"", "kind = \"business_associate\"")).unwrap();
    let mut scene = Scene::of(folder, |recipient| recipient.provider, is_plain);
    let own = scene.letter(scene.one);
    let case = &mut scene.proofed.case;
    let mut people: Vec<Recipient> = case.recipients.people.iter().collect();
    people[scene.one].also_at = vec![ProviderIndex(1)];
    let before = std::mem::replace(&mut case.recipients.people, people.into_iter().collect());
    let joint = scene.letter(scene.one);
    let prove = |scene: &Scene, letter: &Letter| {
        let pages = scene.set(letter);
        scene.prove(scene.one, pages.pages.len(), &scene.bytes(&pages))
    };
    scene.proofed.case.recipients.people = before;
    prove(&scene, &own).unwrap();
    caught(prove(&scene, &joint), Mismatch::Provider, "one too many");
}

#[test]
fn role_provider_and_language_of_a_recipient() {
    let mut minor =
        Scene::with(|recipient| recipient.role, |recipient| recipient.role == Role::Minor && recipient.language == Language::English);
    minor.two(|one, other| std::mem::swap(&mut one.role, &mut other.role));
    for result in minor.prove_letters(&minor.letter(minor.one), &minor.letter(minor.other)) {
        caught(result, Mismatch::Role, "role");
    }
    let mut elsewhere = Scene::with(|recipient| recipient.provider, is_plain);
    elsewhere.two(|one, other| std::mem::swap(&mut one.provider, &mut other.provider));
    for result in elsewhere.prove_letters(&elsewhere.letter(elsewhere.one), &elsewhere.letter(elsewhere.other)) {
        caught(result, Mismatch::Provider, "provider");
    }
    let mut spanish = Scene::with(|recipient| recipient.language, |recipient| recipient.role == Role::Adult);
    spanish.two(|one, other| std::mem::swap(&mut one.language, &mut other.language));
    let found = spanish.prove_letters(&spanish.letter(spanish.one), &spanish.letter(spanish.other));
    for result in found {
        // The first thing seen is the footer, whose words are another language's.
        caught(result, Mismatch::PageOrder, "language");
    }
}

/// A swap of a part of two letters.
type SwapLetters = fn(&mut Letter, &mut Letter);

fn swap_block(one: &mut Letter, other: &mut Letter, is_it: fn(&Block) -> bool) {
    let (of_one, of_other) =
        (one.blocks.iter_mut().find(|block| is_it(block)).unwrap(), other.blocks.iter_mut().find(|block| is_it(block)).unwrap());
    std::mem::swap(of_one, of_other);
}

#[test]
fn letters_after_compose() {
    let cases: [(&str, SwapLetters, Mismatch); 7] = [
        ("window", |one, other| std::mem::swap(&mut one.recipient_address, &mut other.recipient_address), Mismatch::Address),
        ("addressee", |one, other| std::mem::swap(&mut one.recipient_address[0], &mut other.recipient_address[0]), Mismatch::Name),
        ("salutation", |one, other| swap_block(one, other, |block| &*block.paragraph == "salutation"), Mismatch::Name),
        ("elements", |one, other| swap_block(one, other, |block| matches!(block.kind, BlockKind::List { .. })), Mismatch::Elements),
        ("activation box", |one, other| swap_block(one, other, |block| &*block.paragraph == "activation"), Mismatch::ActivationCode),
        ("body", |one, other| std::mem::swap(&mut one.blocks, &mut other.blocks), Mismatch::Name),
        ("number", |one, other| std::mem::swap(&mut one.piece, &mut other.piece), Mismatch::PieceNumber),
    ];
    let scene = Scene::two_adults();
    for (what, swap, expected) in cases {
        let (mut one, mut other) = (scene.letter(scene.one), scene.letter(scene.other));
        swap(&mut one, &mut other);
        for found in scene.prove_letters(&one, &other) {
            caught(found, expected, what);
        }
    }
    let elsewhere = Scene::with(|recipient| recipient.provider, is_plain);
    let (mut one, mut other) = (elsewhere.letter(elsewhere.one), elsewhere.letter(elsewhere.other));
    std::mem::swap(&mut one.return_address, &mut other.return_address);
    for found in elsewhere.prove_letters(&one, &other) {
        caught(found, Mismatch::Provider, "return address");
    }
    let spanish = Scene::with(|recipient| recipient.language, |recipient| recipient.role == Role::Adult);
    let (mut one, mut other) = (spanish.letter(spanish.one), spanish.letter(spanish.other));
    std::mem::swap(&mut one.language, &mut other.language);
    for found in spanish.prove_letters(&one, &other) {
        caught(found, Mismatch::Language, "language of the document");
    }
}

#[test]
fn pages_after_typeset_and_bytes_after_pdf() {
    let scene = Scene::two_adults();
    let (one, other) = (scene.set(&scene.letter(scene.one)), scene.set(&scene.letter(scene.other)));
    let count = one.pages.len();
    let mut cut = one.clone();
    cut.pages.pop();
    caught(scene.prove(scene.one, count, &scene.bytes(&cut)), Mismatch::Pages, "a page less");
    let mut first = one.clone();
    first.pages[0] = other.pages[0].clone();
    caught(scene.prove(scene.one, count, &scene.bytes(&first)), Mismatch::PieceNumber, "first page");
    let mut turned = one.clone();
    if count > 1 {
        turned.pages.swap(0, 1);
        caught(scene.prove(scene.one, count, &scene.bytes(&turned)), Mismatch::PageOrder, "order of pages");
    }
    // The other's letter under one's number, mark and footer.
    let mut body = scene.letter(scene.other);
    body.piece = PieceNumber(scene.one as u32 + 1);
    let body = scene.set(&body);
    caught(scene.prove(scene.one, body.pages.len(), &scene.bytes(&body)), Mismatch::Address, "all but the number");
    caught(scene.prove(scene.one, other.pages.len(), &scene.bytes(&other)), Mismatch::PieceNumber, "bytes");
}

#[test]
fn pieces_in_a_print_file_and_rows_of_the_index() {
    let scene = Scene::two_adults();
    let sets = [scene.one, scene.other].map(|recipient| {
        let pages = scene.set(&scene.letter(recipient));
        (Set::new(recipient, PieceNumber(recipient as u32 + 1), pages.pages.len()), pages)
    });
    let mut part = StreamPart::begin(Vec::new(), &scene.proofed.plate, true).unwrap();
    let placed: Vec<_> = sets.iter().map(|(_, pages)| part.add(pages).unwrap()).collect();
    let bytes = part.finish("Print stream").unwrap();
    let starts: Vec<(Set, usize)> = sets.iter().zip(&placed).map(|((set, _), placed)| (*set, placed.first_page as usize - 1)).collect();
    let proofs = proved(&scene.proofed, Written::PrintFile, &starts, &bytes).unwrap();
    let swapped = [(starts[0].0, starts[1].1), (starts[1].0, starts[0].1)];
    let found = proved(&scene.proofed, Written::PrintFile, &swapped, &bytes).map(|_| ());
    caught(found, Mismatch::PieceNumber, "places of two pieces");
    let rows: Vec<_> = starts.iter().zip(&placed).map(|((set, _), placed)| render::index_row_of(&scene.proofed, 12, set, placed)).collect();
    for ((row, (set, first)), proof) in rows.iter().zip(&starts).zip(&proofs) {
        index_agrees(&scene.proofed, row, set, *first, proof, None).unwrap();
    }
    caught(index_agrees(&scene.proofed, &rows[1], &starts[0].0, starts[0].1, &proofs[0], None), Mismatch::Index, "rows of the index");
    let mut address = rows[0].clone();
    address.address_sha256.clone_from(&rows[1].address_sha256);
    caught(index_agrees(&scene.proofed, &address, &starts[0].0, starts[0].1, &proofs[0], None), Mismatch::Index, "address in the index");
}

#[test]
fn both_sides_are_kept_in_private() {
    let scene = Scene::two_adults();
    let (mut one, other) = (scene.letter(scene.one), scene.letter(scene.other));
    one.recipient_address = other.recipient_address.clone();
    let pages = scene.set(&one);
    let bytes = scene.bytes(&pages);
    let error = scene.prove(scene.one, pages.pages.len(), &bytes).unwrap_err();
    let folder: PathBuf = scene.folder.path().join("mismatch").join(one.piece.to_string());
    assert_eq!(std::fs::read(folder.join("written.pdf")).unwrap(), bytes);
    let account = std::fs::read_to_string(folder.join("expected-and-found.txt")).unwrap();
    let own = scene.proofed.case.recipients.people.get(scene.one).address.as_ref().unwrap().reveal().clone();
    let others = scene.proofed.case.recipients.people.get(scene.other).address.as_ref().unwrap().reveal().address1.clone();
    assert!(account.contains(&own.address1) && account.contains(&others), "{account}");
    let reason = format!("{error:?}");
    assert!(!reason.contains(&own.address1) && !reason.contains(&others));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&folder), mode(&folder.join("written.pdf"))], [0o700, 0o600]);
}

/// Something that is done to one letter.
type Alter = fn(&mut Letter);

#[test]
fn what_is_added_or_lost_is_caught_too() {
    let items = |letter: &mut Letter, change: fn(&mut Vec<Vec<BodyBlock>>)| {
        for part in &mut letter.blocks {
            let mut block = Block::clone(part);
            if let BlockKind::List { items, .. } = &mut block.kind {
                change(items);
                *part = BodyBlock::Own(block);
                return;
            }
        }
    };
    let mut scene = Scene::two_adults();
    let changes: [fn(&mut Vec<Vec<BodyBlock>>); 2] =
        [|items| drop(items.remove(0)), |items| items.push(vec![BodyBlock::Own(item("Medical images"))])];
    for change in changes {
        let mut letter = scene.letter(scene.one);
        items(&mut letter, change);
        let pages = scene.set(&letter);
        caught(scene.prove(scene.one, pages.pages.len(), &scene.bytes(&pages)), Mismatch::Elements, "an item");
    }
    let cases: [(&str, Alter, Mismatch); 3] = [
        ("a line below", |letter| letter.recipient_address.push("BASEMENT".into()), Mismatch::Address),
        ("a line above", |letter| letter.recipient_address.insert(0, "CARDIOLOGY".into()), Mismatch::Name),
        (
            "a return line",
            |letter| letter.return_address = letter.return_address.iter().cloned().chain(["CARDIOLOGY".to_owned()]).collect(),
            Mismatch::Name,
        ),
    ];
    for (what, alter, expected) in cases {
        let mut letter = scene.letter(scene.one);
        alter(&mut letter);
        let pages = scene.set(&letter);
        caught(scene.prove(scene.one, pages.pages.len(), &scene.bytes(&pages)), expected, what);
    }
    scene.two(|one, _| one.address.as_mut().unwrap().reveal_mut().address1.push_str(" REAR"));
    let [found, _] = scene.prove_letters(&scene.letter(scene.one), &scene.letter(scene.other));
    caught(found, Mismatch::Address, "a change that nobody recorded");
}

#[test]
fn rare_letters_in_the_middle_of_words_are_proved_as_written() {
    let folder = sample();
    let list = folder.path().join("patients.csv");
    let rows = std::fs::read_to_string(&list).unwrap();
    let (name, street) = ("Nguy\u{1ec5}n\u{1eb1}o", "4\u{1ecd}18 L\u{1ea1}rkspur Ln");
    std::fs::write(&list, rows.replacen("Olsen,Margaret", &format!("{name},M\u{1eb7}rgaret"), 1).replacen("418 Larkspur Ln", street, 1))
        .unwrap();
    let mut proofed = proofed(read(folder.path()).unwrap());
    let mut typesetter = proofed.press.typesetter(&proofed.layout, &proofed.fonts).unwrap();
    let mut glyphs = GlyphUse::default();
    let people: Vec<Recipient> = proofed.case.recipients.people.iter().collect();
    let mut set = |set: &Set| {
        let letter = proofed.composer.compose(&proofed.case.incident, &people[set.recipient()], set.piece).unwrap();
        typesetter.set(&letter).unwrap()
    };
    let letters: Vec<(Set, Pages)> = proofed.sets.iter().map(|piece| (*piece, set(piece))).collect();
    letters.iter().for_each(|(_, pages)| glyphs.add(pages));
    // As if these were the first of so many letters that a glyph of four of them is rare.
    let plate = Arc::new(Plate::new(&proofed.fonts, &glyphs, 1000).unwrap());
    proofed.plate = Arc::clone(&plate);
    let mut writer = PieceWriter::new(&plate, Standard::Plain);
    let mut part = StreamPart::begin(Vec::new(), &plate, true).unwrap();
    let (mut places, mut fonts) = (Vec::new(), Vec::new());
    for (set, pages) in &letters {
        let bytes = writer.write(pages).unwrap().bytes;
        proved(&proofed, Written::Letter, &[(*set, 0)], &bytes).unwrap();
        fonts.push(memchr::memmem::find_iter(&bytes, b"/FontFile").count());
        places.push((*set, part.add(pages).unwrap().first_page as usize - 1));
    }
    proved(&proofed, Written::PrintFile, &places, &part.finish("Print stream").unwrap()).unwrap();
    let rare = letters.iter().position(|(set, _)| people[set.recipient()].name.reveal().last == name).unwrap();
    assert!(fonts.iter().min() < fonts.get(rare), "its letters are no supplement's: {fonts:?}");
    let texts = crate::pdf::readback::read(&writer.write(&letters[rare].1).unwrap().bytes).unwrap().remove(0).texts;
    assert!(texts.iter().any(|text| text.text.contains(name)), "the name is no text of its own");
}

#[test]
fn the_built_in_templates_print_everything_that_is_looked_for() {
    let scene = Scene::two_adults();
    let wording = proof_wording::of(&scene.proofed.case, &scene.proofed.composer, &scene.proofed.layout);
    assert_eq!(wording.languages.len(), Language::ALL.len());
    for role in wording.languages.iter().flat_map(|(_, language)| &language.roles) {
        let prints = role.prints;
        assert!(prints.title && prints.salutation && prints.provider, "{role:?}");
        assert_eq!((prints.code, prints.elements), (role.role != Role::Deceased, Listing::List), "{role:?}");
        assert_eq!(prints.name, matches!(role.role, Role::Deceased | Role::Represented), "{role:?}");
    }
}

fn item(text: &str) -> Block {
    let inline = Inline { text: text.to_owned(), ..Inline::default() };
    Block { paragraph: "item".into(), kind: BlockKind::Paragraph(vec![inline]) }
}
