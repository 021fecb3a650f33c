//! `export`: a package for the mail house. Each piece leaves once, and again only for a reason.

use super::Job;
use super::approval::cleared;
use super::letters::{Copies, write_letters};
use super::press::{Progress, Set};
use super::render::{mail_class, summary};
use super::stream::write_stream;
use crate::deliver::mailhouse::{self, Contact, House, IndexWriter, PackageBuilder, Ticket, package_name, stream_file_name};
use crate::error::{Error, Place, Result};
use crate::files;
use crate::ledger::PieceState;
use crate::recipients::Disposition;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What was asked for.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Folder that the package is put into.
    pub out: PathBuf,
    /// Print what left already once more, and why.
    pub reprint: Option<String>,
    /// The real date.
    pub today: Date,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    /// A package stands ready.
    Package {
        /// Its folder.
        folder: PathBuf,
        /// Pieces in it.
        pieces: u64,
        /// Sheets of paper.
        sheets: u64,
        /// Pieces that left in earlier packages and are not in this one.
        left_before: u64,
        /// Letters that are left out because the notice went, or is going, by e-mail.
        by_email: u64,
        /// Whether it stood there before this call, which then changed nothing.
        stood_before: bool,
    },
    /// Every letter left already.
    Nothing {
        /// How many.
        left_before: u64,
        /// Letters whose notice went, or is going, by e-mail.
        by_email: u64,
    },
}

/// Writes a package of every letter that has not left yet.
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
    let house = House::load(&incident.folder, &incident.print.house)?;
    let letters: Vec<Set> = job.proofed.sets.iter().filter(|set| is_letter(job, set)).copied().collect();
    let states = job.ledger.states()?;
    let Chosen { name, letters: chosen, left_before, by_email } = choose(job, options, &letters, &states)?;
    if chosen.is_empty() {
        return Ok(Exported::Nothing { left_before, by_email });
    }
    if let Some(ticket) = mailhouse::finished(&options.out, &name)? {
        let (pieces, sheets) = (ticket.totals.pieces, ticket.totals.sheets);
        return Ok(Exported::Package { folder: options.out.join(&name), pieces, sheets, left_before, by_email, stood_before: true });
    }
    let package = PackageBuilder::begin(&options.out, &name)?;
    let mut index = IndexWriter::create(package.path(), &house.index)?;
    if house.wants_letters() {
        let mut row = |row: &mailhouse::IndexRow| if house.wants_streams() { Ok(()) } else { index.push(row) };
        write_letters(job, package.path(), Copies::Letters, &chosen, &mut row, progress)?;
    }
    if house.wants_streams() {
        let file = |sheets: u16, part: usize, parts: usize| stream_file_name(&name, &format!("{sheets}-sheet"), part as u32, parts as u32);
        write_stream(job, &package.path().join("stream"), &file, house.part_pieces as usize, &chosen, &mut index, progress)?;
    }
    let streams = index.finish()?;
    within_limits(&house, &chosen, package.path())?;
    let ticket = ticket(job, options, &chosen, &seal.digest, &release.recipients).with(&house, streams);
    let (pieces, sheets) = (ticket.totals.pieces, ticket.totals.sheets);
    summary(&job.proofed, &chosen)?;
    job.record_standing()?;
    let numbers: Vec<u32> = chosen.iter().map(|set| set.piece.0).collect();
    let (ledger, number) = (job.ledger.as_mut(), job.number);
    let folder = package.finish(ticket, || match &options.reprint {
        Some(reason) => mailhouse::record_reprint(ledger, number, &name, reason, &numbers),
        None => mailhouse::record_export(ledger, number, &name, &numbers),
    })?;
    Ok(Exported::Package { folder, pieces, sheets, left_before, by_email, stood_before: false })
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

fn is_letter(job: &Job, set: &Set) -> bool {
    *job.proofed.case.recipients.people.outline(set.recipient()).disposition == Disposition::Letter
}

/// What a package is to hold.
struct Chosen {
    name: String,
    letters: Vec<Set>,
    left_before: u64,
    by_email: u64,
}

/// The letters that have not left yet, or those that are to be printed again.
fn choose(job: &Job, options: &ExportOptions, letters: &[Set], states: &[PieceState]) -> Result<Chosen> {
    let wanted: Vec<u32> = letters.iter().map(|set| set.piece.0).collect();
    let incident = &job.proofed.case.incident.id;
    let first = package_name(incident, job.number, None);
    // Only a call that was broken off here is repeated; a package that does not stand here left from another folder.
    let repeated = if options.out.join(&first).exists() { first.as_str() } else { "" };
    let split = mailhouse::exportable(states, &wanted, repeated);
    let by_email = split.emailed.len() as u64;
    let among = |pieces: &[u32]| {
        let pieces: BTreeSet<u32> = pieces.iter().copied().collect();
        letters.iter().filter(|set| pieces.contains(&set.piece.0)).copied().collect::<Vec<Set>>()
    };
    if options.reprint.is_none() {
        return Ok(Chosen { name: first, letters: among(&split.ready), left_before: split.left.len() as u64, by_email });
    }
    let reprints = (1..).map(|number| package_name(incident, job.number, Some(number)));
    // A number is taken once its package was declared done, or the ledger knows it under another reason.
    let used = |name: &String| states.iter().any(|state| state.detail.starts_with(&format!("{name}: "))) || options.out.join(name).exists();
    let name = reprints.into_iter().find(|name| !used(name)).unwrap_or_default();
    let again = mailhouse::exportable(states, &wanted, &name).left;
    if again.is_empty() {
        let reason = "no letter has left yet, so none can be printed again";
        return Err(Error::refused("piece-never-left", Place::file("--reprint"), reason, "export without --reprint first"));
    }
    Ok(Chosen { name, letters: among(&again), left_before: 0, by_email })
}

/// The ticket before the house's and the index's share: mailing day, agreement, contact, approvals.
fn ticket(job: &Job, options: &ExportOptions, chosen: &[Set], seal: &str, release: &str) -> Ticket {
    let case = &job.proofed.case;
    let incident = &case.incident;
    let mail_classes: BTreeSet<&str> = chosen.iter().map(|set| mail_class(&case.recipients.people.get(set.recipient()))).collect();
    let first_day = incident.providers.iter().map(|provider| provider.mail_date).min().unwrap_or(incident.mail_date);
    let contact = incident.providers.first().map_or_else(
        || Contact { name: String::new(), phone: String::new(), email: String::new() },
        |provider| Contact { name: provider.legal_name.clone(), phone: provider.phone.clone(), email: provider.email.clone() },
    );
    Ticket {
        package: String::new(),
        job: job.number,
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
        streams: std::collections::BTreeMap::new(),
        files: std::collections::BTreeMap::new(),
    }
}
