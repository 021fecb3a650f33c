//! `export`: a package for the mail house. Each piece leaves once, and again only for a reason.

mod choose;

use super::Job;
use super::approval::cleared;
use super::letters::{Copies, write_letters};
use super::press::{Progress, Set};
use super::render::{mail_class, summary};
use super::stream::write_stream;
use crate::deliver::mailhouse::{self, Contact, House, HouseKey, IndexWriter, Leaving, PackageBuilder, Ticket, stream_file_name};
use crate::error::{Error, Place, Result};
use crate::files;
use crate::ledger::{EventKind, NewEvent, Piece, Stamp};
use choose::{Chosen, choose, mark};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use choose::LeftOut;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Folder that the package is put into.
    pub out: PathBuf,
    /// Print once more what the house destroyed, and why.
    pub reprint: Option<String>,
    /// Tell people by mail whose e-mail failed, however many there are.
    pub mail_failed: bool,
    /// The real date.
    pub today: Date,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The package that stands ready; absent when no letter is due.
    pub package: Option<Package>,
    /// Letters that are not in it.
    pub left_out: LeftOut,
    /// People whose e-mail failed and who have no address: unreachable from now on.
    pub unreachable: u64,
    /// Packages of earlier calls that were broken off here, and are declared done now.
    pub completed: Vec<String>,
    /// Packages that left without a word of the house since, and are not in the output folder.
    pub elsewhere: Vec<String>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Package {
    /// Its folder.
    #[serde(rename = "package")]
    pub folder: PathBuf,
    /// The one file that only the house can read; absent without a key.
    pub encrypted: Option<PathBuf>,
    /// Pieces in it.
    pub pieces: u64,
    /// Of these, letters to ourselves; not counted again for a package that stood there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<u64>,
    /// Sheets of paper.
    pub sheets: u64,
    /// Whether it stood there before this call, which then changed nothing.
    pub stood_before: bool,
}

/// Writes a package of every letter that is due.
///
/// # Errors
/// Refused without seal, release and agreement with the house, or under a law-enforcement hold; failed when it cannot be written.
pub fn export(job: &mut Job, options: &ExportOptions, progress: &dyn Progress) -> Result<Exported> {
    let (seal, release) = cleared(job, options.today)?;
    let incident = &job.proofed.case.incident;
    files::refuse_inputs(&options.out, &incident.folder)?;
    if incident.print.baa_reference.trim().is_empty() {
        let place = Place::file("incident.toml").column("print.baa_reference");
        let reason = "there is no business associate agreement with the mail house";
        return Err(Error::refused("baa-missing", place, reason, "sign one before any file leaves, and name it in [print] baa_reference"));
    }
    if let Some(seeds) = &job.proofed.seeds {
        seeds.covered(&seal)?;
    }
    let house = House::load(&incident.folder, &incident.print.house)?;
    let key = incident.print.encrypt_to.as_ref().map(|file| HouseKey::load(&incident.folder, file, options.today)).transpose()?;
    let chosen = choose(job, options)?;
    let (here, elsewhere): (Vec<String>, Vec<String>) = chosen.silent.iter().cloned().partition(|name| options.out.join(name).is_dir());
    here.iter().try_for_each(|name| mailhouse::complete(&options.out, name, key.as_ref(), |place| known_as(job, name, place)))?;
    let completed = here;
    let unreachable = record_unreachable(job, &chosen, options.today)?;
    let left_out = chosen.left_out;
    if chosen.letters.is_empty() {
        let package = if left_out.left_before > 0 { last_done(job, options)? } else { None };
        return Ok(Exported { package, left_out, unreachable, completed, elsewhere });
    }
    job.set_under(chosen.job);
    let package = PackageBuilder::begin(&options.out, &chosen.name)?.encrypted_to(key);
    let streams = write_files(job, &package, &house, &chosen, progress)?;
    within_limits(&house, &chosen.letters, package.path())?;
    let ticket = ticket(job, options, &chosen.letters, &seal.digest, &release.recipients).with(&house, streams);
    let (pieces, sheets) = (ticket.totals.pieces, ticket.totals.sheets);
    summary(&job.proofed, &chosen.letters)?;
    job.record_standing()?;
    let folder = package.finish(ticket, |place| tell(job, options, &chosen, place))?;
    let encrypted = mailhouse::encrypted_file(&options.out, &chosen.name);
    let seeds = Some(chosen.letters.iter().filter(|set| set.is_seed()).count() as u64);
    let package = Some(Package { folder, encrypted, pieces, seeds, sheets, stood_before: false });
    Ok(Exported { package, left_out, unreachable, completed, elsewhere })
}

/// The ledger's stamp for a package whose pieces are those that left in it, as the ledger knows them.
fn known_as(job: &mut Job, name: &str, place: &Path) -> Result<Stamp> {
    let mut left = mailhouse::in_package(job.ledger.as_mut(), name)?;
    let mut same = true;
    for row in mailhouse::digests_in(place)? {
        let (piece, sha256) = row?;
        same &= left.remove(&piece).is_some_and(|left| left.is_none_or(|left| left == sha256));
    }
    if !same || !left.is_empty() {
        let hint = "move its folder away: it is another package of the same name";
        return Err(Error::refused("package-unknown", Place::file(name), "the ledger knows this package with other letters", hint));
    }
    mailhouse::record(job.ledger.as_mut(), job.number, name, None, &mut std::iter::empty())
}

/// Tells the ledger what stands in a package, from its index on the disk.
fn tell(job: &mut Job, options: &ExportOptions, chosen: &Chosen, package: &Path) -> Result<Stamp> {
    let reason = options.reprint.as_deref();
    if chosen.recorded {
        return mailhouse::record(job.ledger.as_mut(), chosen.job, &chosen.name, reason, &mut std::iter::empty());
    }
    let mut by_piece: Vec<u32> = (0..chosen.letters.len() as u32).collect();
    let letter = |at: &u32| &chosen.letters[*at as usize];
    by_piece.sort_unstable_by_key(|at| letter(at).piece.0);
    let set = |piece| by_piece.binary_search_by_key(&piece, |at| letter(at).piece.0).map(|place| letter(&by_piece[place]));
    let marks = |set: &Set| mark(&job.proofed, set);
    let mut leaving = mailhouse::digests_in(package)?.map(|row| {
        let (piece, sha256) = row?;
        let set = set(piece).map_err(|_| Error::bug("the index names a piece that is not in the package"))?;
        Ok(Leaving { piece, attempt: chosen.attempt(piece), sha256, mark: marks(set) })
    });
    mailhouse::record(job.ledger.as_mut(), chosen.job, &chosen.name, reason, &mut leaving)
}

/// People who can be told neither by e-mail nor by mail: they count for substitute notice from this day.
fn record_unreachable(job: &mut Job, chosen: &Chosen, today: Date) -> Result<u64> {
    let number = job.number;
    let event = |(piece, attempt): &(Piece, u32)| {
        NewEvent::of_piece(EventKind::Unreachable, *piece, attempt - 1, number, "the e-mail failed and there is no address").on(today)
    };
    let events: Vec<NewEvent> = chosen.unreachable.iter().map(event).collect();
    if !events.is_empty() {
        job.ledger.append(&events)?;
    }
    Ok(events.len() as u64)
}

/// The package of this job that was declared done last, in the output folder.
fn last_done(job: &Job, options: &ExportOptions) -> Result<Option<Package>> {
    let incident = &job.proofed.case.incident.id;
    let mut last = None;
    for name in (1..).map(|number| mailhouse::package_name(incident, job.number, number)) {
        let Some(Ticket { totals, .. }) = mailhouse::finished(&options.out, &name)? else { break };
        let (folder, encrypted) = (options.out.join(&name), mailhouse::encrypted_file(&options.out, &name));
        last = Some(Package { folder, encrypted, pieces: totals.pieces, seeds: None, sheets: totals.sheets, stood_before: true });
    }
    Ok(last)
}

type Streams = BTreeMap<String, mailhouse::StreamTotals>;

/// Writes letters, streams and index.
fn write_files(job: &Job, package: &PackageBuilder, house: &House, chosen: &Chosen, progress: &dyn Progress) -> Result<Streams> {
    let sets = chosen.letters.as_slice();
    let mut index = IndexWriter::create(package.path(), &house.index)?;
    if house.wants_letters() {
        let mut row = |row: &mailhouse::IndexRow| if house.wants_streams() { Ok(()) } else { index.push(row) };
        write_letters(job, package.path(), Copies::Letters, sets, &mut row, progress)?;
    }
    if house.wants_streams() {
        let file =
            |sheets: u16, part: usize, parts: usize| stream_file_name(&chosen.name, &format!("{sheets}-sheet"), part as u32, parts as u32);
        write_stream(job, &package.path().join("stream"), &file, house.part_pieces as usize, sets, &mut index, progress)?;
    }
    let streams = index.finish()?;
    if !chosen.same_bytes.is_empty() {
        for row in mailhouse::digests_in(package.path())? {
            let (piece, sha256) = row?;
            if chosen.same_bytes.get(&piece).is_some_and(|before| *before != sha256) {
                return Err(other_bytes(piece));
            }
        }
    }
    Ok(streams)
}

/// A letter that is printed again is the same letter, not a new merge.
fn other_bytes(piece: Piece) -> Error {
    Error::refused(
        "reprint-differs",
        Place::file("--reprint"),
        format!("piece {piece:07} would not be the same letter that left: something in the incident folder changed since"),
        "put lists, templates, fonts and settings back as they were for that job, print again, then bring the changes back",
    )
}

/// What the house's machines take: pages of a letter, size of a file.
fn within_limits(house: &House, chosen: &[Set], folder: &Path) -> Result<()> {
    let place = || Place::file("houses.toml").column(&house.id);
    let too_long = chosen.iter().find(|set| house.max_pages > 0 && u32::from(set.pages) > house.max_pages);
    if let Some(set) = too_long {
        let reason = format!("piece {} has {} pages, more than the house takes", set.piece, set.pages);
        return Err(Error::refused("letter-too-long", place(), reason, "shorten the letter, or agree on more pages and raise max_pages"));
    }
    let stream = folder.join("stream");
    let files = fs_err::read_dir(&stream).into_iter().flatten().flatten();
    let limit = u64::from(house.part_megabytes) * 1_000_000;
    if files.filter_map(|file| file.metadata().ok()).any(|file| file.len() > limit) {
        let reason = format!("a print file is larger than the {} MB that the house takes", house.part_megabytes);
        return Err(Error::refused("part-too-large", place(), reason, "lower part_pieces of the house's profile"));
    }
    Ok(())
}

/// The ticket before the house's and the index's share: mailing day, agreement, contact, approvals.
fn ticket(job: &Job, options: &ExportOptions, chosen: &[Set], seal: &str, release: &str) -> Ticket {
    let case = &job.proofed.case;
    let incident = &case.incident;
    let mail_classes: BTreeSet<&str> =
        chosen.iter().map(|set| mail_class(&job.proofed.case_of(set).recipients.people.get(set.recipient()))).collect();
    let first_day = incident.providers.iter().map(|provider| provider.mail_date).min().unwrap_or(incident.mail_date);
    let contact = incident.providers.first().map_or_else(
        || Contact { name: String::new(), phone: String::new(), email: String::new() },
        |provider| Contact { name: provider.legal_name.clone(), phone: provider.phone.clone(), email: provider.email.clone() },
    );
    Ticket {
        package: String::new(),
        job: job.proofed.layout.job,
        reprint_reason: options.reprint.clone(),
        tool: format!("breachnotice {}", env!("CARGO_PKG_VERSION")),
        mail_by: case.rules.mail_by(first_day),
        baa_reference: incident.print.baa_reference.clone(),
        house: String::new(),
        stock: String::new(),
        duplex: incident.print.duplex,
        envelope: incident.print.envelope.clone(),
        fold: String::new(),
        inserts: Vec::new(),
        mail_classes: mail_classes.into_iter().map(str::to_owned).collect(),
        instructions: String::new(),
        contact,
        seal_sha256: seal.to_owned(),
        release_sha256: release.to_owned(),
        totals: mailhouse::StreamTotals::default(),
        streams: BTreeMap::new(),
        files: BTreeMap::new(),
    }
}
