//! The pipeline: the only file that knows every stage, with the rooms below it for what each command makes of it.

mod addresses;
mod advice;
mod approval;
mod bound;
#[cfg(feature = "preview")]
mod desk;
mod export;
mod inputs;
mod letters;
mod memo;
mod misfit;
mod numbers;
mod plan;
mod press;
#[cfg(feature = "preview")]
mod preview;
mod proof;
mod proof_wording;
mod proofs;
mod purge;
mod receive;
mod render;
mod report;
mod seeds;
mod send;
mod stream;
#[cfg(test)]
mod swaps;
mod unreached;
mod verified;
mod verify;

use crate::compose::{Composer, PieceNumber, Variant};
use crate::error::{Finding, Place, Result};
use crate::incident::{self, Incident};
use crate::intake::{self, Intake};
use crate::ledger::{self, Access, Ledger, Standing};
use crate::obligations::{self, Duty, Plan};
use crate::pdf::Plate;
use crate::recipients::{self, Answers, Counts, Disposition, Recipients};
use crate::review::{self, Seal};
use crate::rules::Rules;
use crate::typeset::imb::Mailer;
use crate::typeset::{self, Fonts, Layout};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use addresses::{Asking, Received, export_addresses, receive_ncoa};
pub use approval::{Approving, approvals_broken, approve, release, statement};
#[cfg(feature = "preview")]
pub use desk::desk;
pub use export::{ExportOptions, Exported, LeftOut, Package, export};
pub use letters::press_in_memory;
pub use memo::write_memo;
pub use plan::{Planned, plan, write_calendar};
pub use press::Progress;
#[cfg(feature = "preview")]
pub use preview::{Previewer, write_preview};
pub use proof_wording::of as proof_wording;
pub use purge::{Prepared, PurgeOptions, Purging, purge};
pub use receive::{Kind as ReceivedKind, TakenIn, receive};
pub use render::{Form, RenderOptions, Shard, is_told_by_email, render, write_summary};
pub use report::{ReportOptions, Reported, report};
pub use send::{SendOptions, Sending, resolve, send};
pub use unreached::unreached;
pub use verified::{read_verified, unverified_contacts, unverified_rules};
pub use verify::{CheckedLedger, Verification, VerifyOptions, verify};

use bound::Bound;
use press::{Numbering, Press, Proofs, Purpose, Set};
use proof::Proof;
use seeds::{NumberedSeeds, Seeds};

/// Everything that was read and judged, before a letter is composed.
pub struct Case {
    /// The law and the post.
    pub rules: Rules,
    /// The incident.
    pub incident: Incident,
    /// The lists' rows.
    pub intake: Intake,
    /// The people.
    pub recipients: Recipients,
    /// Findings that warn, of every stage.
    pub warnings: Vec<Finding>,
}

/// Reads an incident folder and its lists, and makes recipients of their rows.
///
/// # Errors
/// Refused when the incident or a list cannot be used.
pub fn read(folder: &Path) -> Result<Case> {
    read_with(folder, Answers::Received)
}

fn read_with(folder: &Path, answers: Answers) -> Result<Case> {
    let rules = Rules::load_for(folder)?;
    let (incident, mut warnings) = incident::load(folder, &rules)?;
    let intake = intake::read(&incident)?;
    let recipients = recipients::gather_with(&incident, &rules, &intake, answers)?;
    warnings.extend(intake.findings.iter().cloned());
    warnings.extend(recipients.findings.iter().cloned());
    let plan = obligations::plan(&incident, &rules, &recipients, incident.mail_date);
    warnings.extend(late_mailing(&incident, &plan));
    warnings.extend(mail_dates(&incident, &rules));
    warnings.extend(unknown_laws(&plan));
    warnings.extend(nothing_owed(&incident, &rules));
    Ok(Case { rules, incident, intake, recipients, warnings })
}

/// Mail dates that lie behind the last day of the letters, whichever clock sets it.
fn late_mailing(incident: &Incident, plan: &Plan) -> Vec<Finding> {
    let late = plan.mailings.iter().filter_map(|mailing| {
        let provider = incident.provider(incident.provider_by_id(&mailing.provider_id)?);
        let place = Place::line("providers.csv", provider.line).column("mail_date");
        let whose = mailing.jurisdiction.as_ref().map(|state| format!(" for residents of {state}")).unwrap_or_default();
        let reason = format!(
            "the mail date {} of {} is later than the last day{whose}, {} ({})",
            provider.mail_date, provider.id, mailing.deadline, mailing.clause
        );
        let hint = "mail earlier; see `breachnotice plan` for how the day was found";
        (provider.mail_date > mailing.deadline).then(|| Finding::warns("mail-date-late", place, reason, hint))
    });
    late.collect()
}

/// Mail dates on which nothing can leave: no post, or a hold.
fn mail_dates(incident: &Incident, rules: &Rules) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in &incident.providers {
        let place = || Place::line("providers.csv", provider.line).column("mail_date");
        let day = provider.mail_date;
        if !rules.is_postal_business_day(day) {
            let reason = format!("the mail date {day} of {} is a Saturday, a Sunday or a postal holiday", provider.id);
            findings.push(Finding::warns("mail-date-without-post", place(), reason, "mail on the postal day before it"));
        }
        if let Some(until) = obligations::held_until(incident, rules, provider, day) {
            let reason = format!("the mail date {day} of {} lies in a law-enforcement hold that ends {until}", provider.id);
            findings.push(Finding::warns("mail-date-held", place(), reason, "export and send refuse until then: set a later mail date"));
        }
    }
    findings
}

/// Letters about information that was secured would tell people of a breach that is none.
fn nothing_owed(incident: &Incident, rules: &Rules) -> Option<Finding> {
    let clause = &rules.federal.unsecured.clause;
    let reason = format!("the information was encrypted and the keys were not taken: no notice is owed ({clause})");
    let hint = "ask counsel before anything is mailed; keys_taken = \"unknown\" when that is not established";
    let place = Place::file("incident.toml").column("encryption.keys_taken");
    incident.is_secured().then(|| Finding::warns("nothing-owed", place, reason, hint))
}

/// Residents of a jurisdiction about whose breach law nothing is established.
fn unknown_laws(plan: &Plan) -> Vec<Finding> {
    let mut codes: Vec<&str> = plan
        .obligations
        .iter()
        .filter(|obligation| obligation.duty == Duty::RegulatorNotice && obligation.clause == "not established")
        .map(|obligation| obligation.jurisdiction.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let told = |code: &str| {
        let reason = format!("no breach law of {code} is established, where patients live");
        let hint = "ask counsel; what counsel finds can be put into rules/jurisdictions.toml beside incident.toml";
        Finding::warns("law-not-established", Place::file("rules/jurisdictions.toml").column(code), reason, hint)
    };
    codes.into_iter().map(told).collect()
}

impl Case {
    /// The counts, which close or a bug is reported by whoever writes them.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.intake, &self.recipients)
    }

    /// Every finding that keeps a recipient back, in row order.
    pub fn held(&self) -> impl Iterator<Item = &Finding> {
        self.recipients.people.outlines().filter_map(|recipient| match recipient.disposition {
            Disposition::Held(finding) => Some(finding),
            _ => None,
        })
    }
}

/// A case whose letters were composed and set once, to be judged and counted.
pub struct Checked {
    /// What was read; those whose letter could not be set are held by now.
    pub case: Case,
    /// The templates.
    pub composer: Composer,
    /// Distinct wordings with how many people get each.
    pub variants: BTreeMap<Variant, u64>,
}

/// A case whose letters were composed and set once: what is counted and, from a plate, written.
pub struct Proofed {
    /// What was read.
    pub case: Case,
    /// The templates.
    pub composer: Composer,
    /// Letters and e-mails in recipient order; those that could not be set are held by now.
    sets: Vec<Set>,
    /// Distinct wordings with how many people get each.
    pub variants: BTreeMap<Variant, u64>,
    seeds: Option<Seeds>,
    plate: Arc<Plate>,
    layout: Layout,
    fonts: Fonts,
    press: Press,
    proof: Proof,
}

impl Proofed {
    /// The case that a letter's recipient stands in.
    fn case_of(&self, set: &Set) -> &Case {
        match &self.seeds {
            Some(seeds) if set.is_seed() => &seeds.case,
            _ => &self.case,
        }
    }
}

/// Pages of a letter from which on a person is told; large print is longer by nature.
const LONGEST: u16 = 3;

/// Composes and sets everything once, with the piece numbers that `number` gives, and the seeds with theirs.
fn proof(
    mut case: Case,
    composer: Composer,
    layout: Layout,
    fonts: Fonts,
    press: Press,
    (number, seeds): (Numbering<'_>, Option<NumberedSeeds>),
    progress: &dyn Progress,
) -> Result<Proofed> {
    let mut proofs = press.proof(&case, &composer, &layout, &fonts, (Purpose::Print, number), progress)?;
    judge_proofs(&mut case, &mut proofs);
    let seeds = seeds.map(|seeds| Seeds::set(seeds, &composer, &layout, &fonts, (&press, &mut proofs), progress)).transpose()?;
    let pictures = case.incident.providers.iter().filter_map(|provider| provider.logo.as_ref()).map(|logo| &logo.picture);
    let plate = Arc::new(Plate::new(&fonts, &proofs.glyphs, proofs.glyphs.letters())?.with_pictures(pictures)?);
    let proof = Proof::new(&case, &composer, &layout);
    Ok(Proofed { case, composer, sets: proofs.sets, variants: proofs.variants, seeds, plate, layout, fonts, press, proof })
}

/// Holds those whose letter could not be set, and warns of letters that are long.
fn judge_proofs(case: &mut Case, proofs: &mut Proofs) {
    for (index, finding) in proofs.misfits.drain(..) {
        case.recipients.people.hold(index, finding);
    }
    let long = proofs.sets.iter().filter(|set| set.pages > LONGEST && !case.recipients.people.outline(set.recipient()).large_print).count();
    if long > 0 {
        let reason = format!("{long} letters have more than {LONGEST} pages");
        let hint = "shorten the prose of the incident or the templates: heavy letters cost postage and are read less";
        case.warnings.push(Finding::warns("letter-long", Place::file("templates"), reason, hint));
    }
    advice::waive(&mut case.warnings, &case.incident.waivers, &case.rules);
}

/// How an incident's letters are set while they are drafts of no job.
fn layout(incident: &Incident) -> Result<Layout> {
    let envelope = typeset::profile(&incident.print.envelope)?;
    let mailer = incident.print.imb.as_ref().map(|imb| Mailer::new(&imb.service_type, &imb.mailer_id, imb.first_serial)).transpose();
    let mailer = mailer.map_err(|fault| misfit::no_barcode(incident, fault))?;
    Ok(Layout { envelope, draft: true, job: 0, duplex: incident.print.duplex, inserts: 0, mailer })
}

/// Stands in for the numbers that the ledger gives: every digit is in the plate either way.
const ANY_NUMBER: Numbering<'static> = &|_| Some(PieceNumber(1_234_567));

/// Reads and judges everything, letters included, without touching the ledger.
///
/// # Errors
/// Refused when the incident, a list or a template cannot be used.
pub fn check(folder: &Path, jobs: Option<usize>, progress: &dyn Progress) -> Result<Checked> {
    let mut case = read(folder)?;
    if let Err(unfit) = seeds::read(&case) {
        let warns = |finding: Finding| Finding::warns(finding.code, finding.place, finding.reason, finding.hint);
        case.warnings.extend(unfit.findings.into_iter().map(warns));
    }
    let layout = layout(&case.incident)?;
    let fonts = fonts(&case.incident)?;
    let composer = composer(&mut case)?;
    let mut proofs = Press::new(jobs)?.proof(&case, &composer, &layout, &fonts, (Purpose::Check, ANY_NUMBER), progress)?;
    judge_proofs(&mut case, &mut proofs);
    Ok(Checked { case, composer, variants: proofs.variants })
}

/// As [`check`], and ready to be written: drafts of no job.
///
/// # Errors
/// As [`check`].
pub fn drafts(folder: &Path, jobs: Option<usize>, progress: &dyn Progress) -> Result<Proofed> {
    let mut case = read(folder)?;
    let layout = layout(&case.incident)?;
    let fonts = fonts(&case.incident)?;
    let composer = composer(&mut case)?;
    proof(case, composer, layout, fonts, Press::new(jobs)?, (ANY_NUMBER, None), progress)
}

/// The templates, checked; what the check advises joins the warnings.
fn composer(case: &mut Case) -> Result<Composer> {
    let composer = Composer::load(&case.incident, &case.rules, &case.recipients)?;
    case.warnings.extend(composer.warnings().cloned());
    case.warnings.extend(advice::language_sheet(&case.incident, &composer));
    Ok(composer)
}

/// The built-in family, and the folder's fonts if incident.toml names a folder.
fn fonts(incident: &Incident) -> Result<Fonts> {
    match &incident.print.fonts {
        None => Fonts::built_in(),
        Some(folder) => Fonts::with_folder(&incident.folder.join(folder), &folder.display().to_string()),
    }
}

/// A proofed case with its place in the ledger: one state of inputs, seal and release.
pub struct Job {
    /// What was read, composed and set.
    pub proofed: Proofed,
    /// The ledger.
    pub ledger: Box<dyn Ledger>,
    /// Ordinal in the ledger.
    pub number: u32,
    /// What the ordinal stands for.
    pub digest: String,
    /// Counsel's approval of the wording.
    pub seal: review::Standing<Seal>,
    /// Digest of the texts that the seal binds, as they are now.
    wording: String,
    numbers: Vec<Option<PieceNumber>>,
}

/// Opens the job of an incident folder: reads it, allots piece numbers, composes and sets every letter once.
///
/// # Errors
/// Refused when anything in the folder cannot be used; failed when the ledger cannot be written.
pub fn open(folder: &Path, ledger: Option<&Access>, jobs: Option<usize>, progress: &dyn Progress) -> Result<Job> {
    let job = open_with(folder, ledger, jobs, progress, None)?;
    let uncovered = match &job.seal {
        review::Standing::InForce(seal) => {
            review::covers(seal, job.proofed.variants.iter().map(|(variant, count)| (variant, *count))).err()
        }
        _ => None,
    };
    match uncovered {
        None => Ok(job),
        // Which wordings there are is known once everything is set: letters that nobody approved are set again, as drafts.
        Some(finding) => open_with(folder, ledger, jobs, progress, Some(finding)),
    }
}

fn open_with(
    folder: &Path,
    ledger: Option<&Access>,
    jobs: Option<usize>,
    progress: &dyn Progress,
    uncovered: Option<Finding>,
) -> Result<Job> {
    let mut case = read(folder)?;
    let layout = layout(&case.incident)?;
    let composer = composer(&mut case)?;
    let fonts = fonts(&case.incident)?;
    let bound = Bound::read(&case.incident, &case.rules, &composer, &fonts, &layout)?;
    let seal = match uncovered {
        Some(finding) => review::Standing::Broken(vec![finding]),
        None => bound.standing(&case.incident)?,
    };
    let sources = bound.texts;
    let draft = !matches!(seal, review::Standing::InForce(_));
    let mut ledger = ledger::open(folder, &case.incident.id, ledger)?;
    purge::refuse_purged(ledger.as_mut())?;
    let numbers = numbers::allot(&case, ledger.as_mut())?;
    numbers::keep_codes(&mut case, &numbers, ledger.as_mut())?;
    let seeds = seeds::numbered(&case, ledger.as_mut())?;
    let digest = inputs::job_digest(&case.incident, &sources, &fonts, draft)?;
    let number = ledger.job(&digest)?;
    let wording = inputs::wording_digest(&sources);
    let layout = Layout { draft, job: number, ..layout };
    let proofed = proof(case, composer, layout, fonts, Press::new(jobs)?, (&|place| numbers[place], seeds), progress)?;
    Ok(Job { proofed, ledger, number, digest, seal, wording, numbers })
}

impl Job {
    /// Sets the letters under the number of an earlier job, which the marks on the sheets carry.
    fn set_under(&mut self, number: u32) {
        let Proofed { case, composer, layout, proof, .. } = &mut self.proofed;
        layout.job = number;
        *proof = Proof::new(case, composer, layout);
    }

    /// Whether letters carry the watermark.
    pub fn draft(&self) -> bool {
        self.proofed.layout.draft
    }

    /// Writes into the ledger where everyone stands: what `status` counts.
    fn record_standing(&mut self) -> Result<()> {
        let case = &self.proofed.case;
        let people = &case.recipients.people;
        let standing = |(place, number): (usize, &Option<PieceNumber>)| {
            let (disposition, reason) = match people.outline(place).disposition {
                Disposition::Letter => ("letter", String::new()),
                Disposition::Email => ("email", String::new()),
                Disposition::Held(finding) => ("held", finding.code.to_owned()),
                Disposition::Excluded { clause, .. } => ("excluded", clause.clone()),
            };
            let (record, person) = (people.record(place), people.key(place).0);
            let provider = people.outline(place).provider.map_or("", |provider| case.incident.provider(provider).id.as_str()).to_owned();
            let piece = number.map(|piece| piece.0);
            Standing { record, person, provider, piece, disposition: disposition.to_owned(), reason }
        };
        let seeds = self.proofed.seeds.iter().flat_map(Seeds::standings);
        let mut everyone = (0..people.len()).zip(&self.numbers).map(standing).chain(seeds);
        let counts = case.counts();
        self.ledger.record_standing(self.number, counts.rows, counts.merged, &mut everyone)
    }
}
