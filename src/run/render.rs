//! `render`: letters, print stream and tables of a job.

use super::letters::{Copies, write_letters};
use super::press::{Progress, Set};
use super::stream::{PART_PIECES, write_stream};
use super::{Case, Job, Proofed};
use crate::compose::PieceNumber;
use crate::deliver::mailhouse::{IndexFormat, IndexRow, IndexWriter};
use crate::digest;
use crate::error::{Error, Place, Result};
use crate::files::{self, Workplace};
use crate::pdf::StreamedPiece;
use crate::privacy::Private;
use crate::recipients::{Disposition, Recipient};
use crate::report::{self, Summary};
use crate::typeset::SheetMark;
use std::path::{Path, PathBuf};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One file a letter.
    Letters,
    /// Print files of many pieces.
    Stream,
    /// Both.
    Both,
}

/// Part I of N, by piece number: disjoint and the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// 1-based.
    pub part: u32,
    /// At least 1.
    pub of: u32,
}

impl Shard {
    fn holds(self, piece: PieceNumber) -> bool {
        piece.0 % self.of == self.part - 1
    }
}

/// What was asked for.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// Output folder.
    pub out: PathBuf,
    /// Letters, stream or both.
    pub form: Form,
    /// One record, by `list:record_id` or bare record id.
    pub only: Option<String>,
    /// At most so many letters.
    pub limit: Option<usize>,
    /// A part of the letters.
    pub shard: Option<Shard>,
    /// Write an archive copy of each letter as well.
    pub archive: bool,
}

impl RenderOptions {
    /// What the output folder holds, in words without a record's key.
    fn holds(&self, chosen: &[Set]) -> String {
        let form = match self.form {
            Form::Letters => "letters",
            Form::Stream => "stream",
            Form::Both => "letters and stream",
        };
        let archive = if self.archive { " with archive" } else { "" };
        let only = match (&self.only, chosen) {
            (Some(_), [set]) => format!(" of piece {}", set.piece),
            _ => String::new(),
        };
        let shard = self.shard.map(|Shard { part, of }| format!(", shard {part} of {of}")).unwrap_or_default();
        let limit = self.limit.map(|limit| format!(", at most {limit}")).unwrap_or_default();
        format!("{form}{archive}{only}{shard}{limit}")
    }

    /// The part of a print file's name that tells shards apart.
    fn shard_name(&self) -> String {
        self.shard.map(|Shard { part, of }| format!("-shard-{part}-of-{of}")).unwrap_or_default()
    }
}

/// Writes a job's letters and tables; summary.json comes last.
///
/// # Errors
/// Refused when the folder holds another job or a record is not known; failed when it cannot be written.
pub fn render(job: &mut Job, options: &RenderOptions, progress: &dyn Progress) -> Result<Summary> {
    files::refuse_inputs(&options.out, &job.proofed.case.incident.folder)?;
    let chosen = choose(job, options)?;
    let _workplace = claim_folder(options, job, &chosen)?;
    let mut index = IndexWriter::create(&options.out, &[IndexFormat::Csv])?;
    let copies = [(options.form != Form::Stream, Copies::Letters), (options.archive, Copies::Archive)];
    for (_, copies) in copies.into_iter().filter(|(wanted, _)| *wanted) {
        // With a print stream beside them, the index names the stream, where a piece's pages have to be found.
        let listed = options.form == Form::Letters && copies == Copies::Letters;
        let mut row = |row: &IndexRow| if listed { index.push(row) } else { Ok(()) };
        write_letters(job, &options.out, copies, &chosen, &mut row, progress)?;
    }
    if options.form != Form::Letters {
        let shard = options.shard_name();
        let name = |sheets: u16, part: usize, _: usize| format!("{sheets}-sheet-{part:03}{shard}.pdf");
        write_stream(job, &options.out.join("stream"), &name, PART_PIECES, &chosen, &mut index, progress)?;
    }
    index.finish()?;
    let case = &job.proofed.case;
    report::write_tables(&options.out, &case.incident, &case.intake, &case.recipients)?;
    job.record_standing()?;
    let summary = summary(&job.proofed, &chosen)?;
    write_summary(&options.out, &summary)?;
    Ok(summary)
}

/// The counts of a run over these letters.
///
/// # Errors
/// A bug of ours when the counts do not close.
pub(super) fn summary(proofed: &Proofed, written: &[Set]) -> Result<Summary> {
    let counts = proofed.case.counts();
    if !counts.close() {
        return Err(Error::bug("the counts do not close"));
    }
    let pages = written.iter().map(|set| u64::from(set.pages)).sum();
    let variants = proofed.variants.len() as u64;
    Ok(Summary { counts, written: written.len() as u64, pages, variants, draft: proofed.layout.draft })
}

/// Writes summary.json into a folder.
///
/// # Errors
/// Failed when it cannot be written.
pub fn write_summary(out: &Path, summary: &Summary) -> Result<()> {
    let mut json = serde_json::to_vec_pretty(summary).map_err(|error| Error::bug(error.to_string()))?;
    json.push(b'\n');
    files::write(&out.join("summary.json"), &json)
}

/// The letters that this call is to write. E-mail notices are attached by `send`, so that nobody mails them by mistake;
/// a record that is named is written whatever its channel.
fn choose(job: &Job, options: &RenderOptions) -> Result<Vec<Set>> {
    let case = &job.proofed.case;
    let sets = job.proofed.sets.iter();
    let only = options.only.as_ref().map(|wanted| find_record(case, wanted)).transpose()?;
    let is_chosen = |set: &&Set| match only {
        Some(recipient) => set.recipient() == recipient,
        None => *case.recipients.people.outline(set.recipient()).disposition == Disposition::Letter,
    };
    let chosen = sets.filter(is_chosen).filter(|set| options.shard.is_none_or(|shard| shard.holds(set.piece)));
    let chosen = chosen.take(options.limit.unwrap_or(usize::MAX)).copied();
    // Counted first: a list that grows while it is filled takes up to three times its room.
    let mut all = Vec::with_capacity(chosen.clone().count());
    all.extend(chosen);
    Ok(all)
}

/// Whether a record's recipient is told by e-mail: their letter is written when it is asked for, and need not be mailed.
///
/// # Errors
/// Refused when no recipient, or more than one, has this record.
pub fn is_told_by_email(job: &Job, record: &str) -> Result<bool> {
    let recipient = find_record(&job.proofed.case, record)?;
    Ok(*job.proofed.case.recipients.people.outline(recipient).disposition == Disposition::Email)
}

fn find_record(case: &Case, wanted: &str) -> Result<usize> {
    let bare = |record: &str| record.rsplit_once(':').map(|(_, id)| id.to_owned());
    let is_wanted = |record: &str| record == wanted || bare(record).as_deref() == Some(wanted);
    let people = &case.recipients.people;
    let found: Vec<usize> = (0..people.len()).filter(|&at| is_wanted(&people.record(at))).collect();
    let place = Place::file("--only");
    match found.as_slice() {
        [] => Err(Error::refused(
            "unknown-record",
            place,
            "no recipient has this record key",
            "give the key as `list:record_id`; a merged row goes by the record it was merged into, see merged.csv",
        )),
        [one] => match people.outline(*one).disposition {
            Disposition::Held(finding) => Err(Error::refused(
                "record-held",
                finding.place.clone(),
                format!("this recipient is held: {}", finding.reason),
                finding.hint.clone(),
            )),
            Disposition::Excluded { clause, reason } => Err(Error::refused(
                "record-excluded",
                place,
                format!("this recipient is owed no letter: {reason}"),
                format!("see {clause}"),
            )),
            _ => Ok(*one),
        },
        _ => Err(Error::refused("ambiguous-record", place, "several lists have this record id", "give the key as `list:record_id`")),
    }
}

/// Takes the folder for this job and this choice, or refuses one that holds another's output: a second shard would replace the first
/// one's index and print files. What a killed run left unfinished in it goes.
fn claim_folder(options: &RenderOptions, job: &Job, chosen: &[Set]) -> Result<Workplace> {
    let out = &options.out;
    let workplace = Workplace::take(out)?.ok_or_else(|| in_progress(out))?;
    let path = out.join("job.json");
    let job_of = serde_json::json!({ "incident": job.proofed.case.incident.id, "job": job.number, "state": job.digest, "holds": options.holds(chosen) });
    let marker = format!("{job_of:#}\n");
    let refuse = || {
        let reason =
            "this folder already holds the output of another job, of other letters or in another form, or other files of the same names";
        let hint = "choose an empty folder for each shard, record and form (`--as both` writes letters and stream), or remove this one";
        Err(Error::refused("folder-of-another-job", Place::file(out.display().to_string()), reason, hint))
    };
    match fs_err::read_to_string(&path) {
        Ok(found) if found == marker => {}
        Ok(_) => return refuse(),
        Err(_) if ["letters", "archive", "stream", "pieces.csv", "summary.json", "job.json"].iter().any(|name| out.join(name).exists()) => {
            return refuse();
        }
        Err(_) => files::write(&path, marker.as_bytes())?,
    }
    clear_unfinished(&workplace, out)?;
    Ok(workplace)
}

fn in_progress(out: &Path) -> Error {
    let reason = "another render writes into this folder";
    let hint = "wait until it has ended, then run the command again, or choose another folder";
    Error::refused("render-in-progress", Place::file(out.display().to_string()), reason, hint)
}

/// Every folder that a render writes into.
fn clear_unfinished(workplace: &Workplace, out: &Path) -> Result<()> {
    let numbered = |above: PathBuf| (0..100).map(move |number| above.join(format!("{number:02}")));
    let [letters, archive] = ["letters", "archive"].map(|copies| numbered(out.join(copies)));
    let mut folders = [out.to_owned(), out.join("stream")].into_iter().chain(letters).chain(archive);
    folders.try_for_each(|folder| workplace.clear(&folder))
}

/// First-class mail is what 45 CFR 164.404(d)(1)(i) asks for.
pub(super) fn mail_class(recipient: &Recipient) -> &'static str {
    let foreign = recipient.address.as_ref().is_some_and(|address| address.reveal().is_foreign());
    if foreign { "first-class-international" } else { "first-class" }
}

pub(super) fn index_row(job: &Job, set: &Set, file: &str, stream: &str, sequence: u32, placed: &StreamedPiece) -> IndexRow {
    let Job { proofed, wording, .. } = job;
    let number = proofed.layout.job;
    let job_id = format!("{}_{number:04}", proofed.case.incident.id);
    let row = index_row_of(proofed, number, set, placed);
    IndexRow { job_id, stream_id: stream.to_owned(), seq: sequence, template_sha256: wording.clone(), file: file.to_owned(), ..row }
}

/// What an index tells of a piece, wherever it is written.
pub(super) fn index_row_of(proofed: &Proofed, job: u32, set: &Set, placed: &StreamedPiece) -> IndexRow {
    let case = proofed.case_of(set);
    let recipient = &case.recipients.people.get(set.recipient());
    let address = recipient.address.as_ref().map(|address| address.reveal().clone()).unwrap_or_default();
    let foreign = address.is_foreign();
    let (zip5, zip4) = address.postal_code.split_once('-').unwrap_or((&address.postal_code, ""));
    let domestic = |part: &str| (!foreign && !part.is_empty()).then(|| Private::new(part.to_owned()));
    let first_mark = SheetMark::new(job, set.piece, 1, placed.sheets as usize, proofed.layout.inserts);
    IndexRow {
        job_id: String::new(),
        stream_id: String::new(),
        seq: 0,
        piece: set.piece.0,
        template_id: format!("{}-{}", recipient.role.id(), recipient.language.tag()),
        template_sha256: String::new(),
        locale: recipient.language.tag().to_owned(),
        file: String::new(),
        first_page: placed.first_page,
        last_page: placed.last_page,
        pages: placed.pages,
        blank_pages: placed.blank_pages,
        sheets: placed.sheets,
        duplex: case.incident.print.duplex,
        color: false,
        insert_mask: proofed.layout.inserts.into(),
        mail_class: mail_class(recipient).to_owned(),
        endorsement: String::new(),
        zip5: domestic(zip5),
        zip4: domestic(zip4),
        country: foreign.then(|| Private::new(address.country.clone())),
        piece_sha256: digest::hex(&placed.sha256),
        address_sha256: digest::sha256(address.lines().join("\n").as_bytes()),
        barcode_payload: first_mark.map(|mark| mark.to_string()).unwrap_or_default(),
    }
}
