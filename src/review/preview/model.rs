//! What the overview shows, and what every page shows at its head.

use super::coverage::{Coverage, coverages};
use super::wording::{ShownWording, shown};
use super::{Material, ProofFiles};
use crate::error::{Finding, Result, Severity};
use crate::review::{Passage, Seal, Standing};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything that pages show, apart from what reviewers say.
pub struct Preview {
    /// Digest of everything that a seal would bind: what a reviewer who approves has seen.
    pub version: String,
    /// Contact blocks that the proofs print, by their ids.
    pub contact_blocks: BTreeSet<String>,
    /// Whether an approval must be signed.
    pub must_sign: bool,
    /// At the head of every page.
    pub state: State,
    /// In the order of the variants.
    pub wordings: Vec<ShownWording>,
    /// Which variant carries which paragraph, by language.
    pub coverage: Vec<Coverage>,
    /// Files of each variant, in their order.
    pub files: Vec<ProofFiles>,
    /// The clocks of the providers, as a picture (SVG).
    pub clocks: String,
    /// Notices that go to nobody by name.
    pub notices: Vec<ShownNotice>,
    /// The text of each proof and the paragraphs of each of its pages, to say later what changed.
    pub texts: Vec<ProofText>,
}

/// A notice that goes to nobody by name: to media, onto the web, to the consumer reporting agencies, and what a call center says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownNotice {
    /// What it is, whose, and in which language.
    pub title: String,
    /// Name of its page in the folder `notices`.
    pub file: String,
    /// The page.
    #[serde(skip)]
    pub html: String,
}

/// The text of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofText {
    /// Its passages.
    pub passages: Vec<Passage>,
    /// For each page the ids of its paragraphs.
    pub pages: Vec<Vec<Arc<str>>>,
}

/// What every page says of the review as a whole.
#[derive(Debug, Clone, Serialize)]
pub struct State {
    /// Incident id.
    pub incident: String,
    /// The incident's title.
    pub title: String,
    /// `missing`, `partly`, `broken` or `approved`.
    pub standing: &'static str,
    /// The same in a few words.
    pub headline: String,
    /// What stands in the way, in words; none when approved.
    pub reasons: Vec<ShownFinding>,
    /// Who has approved what is shown: "Nadia Flores as counsel on 2026-11-28, signed".
    pub approvals: Vec<String>,
    /// The roles that must approve.
    pub required: Vec<String>,
    /// Notices that the wordings stand for.
    pub notices: u64,
    /// Of these, letters.
    pub letters: u64,
    /// Of these, letters in large print.
    pub large_print: u64,
    /// Of these, e-mails.
    pub emails: u64,
    /// How e-mails show in a list of messages: From, Reply-To and subject; absent when nobody is told by e-mail.
    pub email: Option<[String; 3]>,
    /// Recipients who are held back.
    pub held: u64,
    /// Recipients who are owed no letter.
    pub excluded: u64,
    /// What refuses a run: letters lack something, or a text cannot stand.
    pub faults: Vec<ShownFinding>,
    /// What is worth a look.
    pub warnings: Vec<ShownFinding>,
    /// One line for each variant.
    pub cards: Vec<Card>,
}

/// A variant in the overview.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    /// 1-based.
    pub number: usize,
    /// Folder of its page, such as `wording-03`.
    pub folder: String,
    /// Such as `Adult, English, resident of Maryland`.
    pub name: String,
    /// Paragraphs that it has beyond the most frequent wording of its role and language.
    pub with: Vec<String>,
    /// Paragraphs of that wording that it lacks.
    pub without: Vec<String>,
    /// Whether it is that wording.
    pub is_usual: bool,
    /// BCP 47 tag.
    pub language: String,
    /// In words.
    pub language_in_words: &'static str,
    /// Role id.
    pub role: String,
    /// In words.
    pub role_in_words: &'static str,
    /// Two letters of each state in which recipients live, sorted.
    pub states: Vec<String>,
    /// Notices of this wording.
    pub notices: u64,
    /// Of these, letters.
    pub letters: u64,
    /// Of these, e-mails.
    pub emails: u64,
    /// Pages of the proof.
    pub pages: usize,
    /// Rules that the letter breaks.
    pub lacking: usize,
    /// How it stands against the last seal: `same`, `changed`, `new`; empty when nothing was sealed.
    pub since_seal: &'static str,
}

/// A finding as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownFinding {
    /// Where.
    pub place: String,
    /// What.
    pub reason: String,
    /// What to do, a line each.
    pub hint: Vec<String>,
    /// Stable name.
    pub code: String,
}

impl From<&Finding> for ShownFinding {
    fn from(finding: &Finding) -> ShownFinding {
        ShownFinding {
            place: finding.place.to_string(),
            reason: finding.reason.to_string(),
            hint: finding.hint.lines().map(str::to_owned).collect(),
            code: finding.code.to_owned(),
        }
    }
}

impl Preview {
    /// Works out everything that pages show.
    ///
    /// # Errors
    /// A bug of ours when a proof cannot be composed a second time.
    pub fn new(material: &Material<'_>) -> Result<Preview> {
        let shown = material.wordings.iter().map(|wording| shown(material, wording)).collect::<Result<Vec<_>>>()?;
        let (wordings, files): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
        let texts = material
            .wordings
            .iter()
            .map(|wording| ProofText { passages: wording.proof.passages.clone(), pages: wording.proof.pages.clone() });
        Ok(Preview {
            version: material.version.clone(),
            contact_blocks: material.composer.offices_printed(),
            must_sign: material.must_sign,
            state: state(material, &wordings),
            coverage: coverages(material.wordings),
            clocks: material.clocks.to_owned(),
            notices: material.notices.clone(),
            texts: texts.collect(),
            wordings,
            files,
        })
    }
}

fn state(material: &Material<'_>, wordings: &[ShownWording]) -> State {
    let of_severity = |wanted: fn(Severity) -> bool| {
        let found = material.findings.iter().filter(|finding| wanted(finding.severity));
        found.map(ShownFinding::from).collect::<Vec<_>>()
    };
    let sum = |count: fn(&Card) -> u64| wordings.iter().map(|wording| count(&wording.card)).sum();
    let (standing, headline, reasons) = standing(material.standing);
    State {
        incident: material.incident.id.clone(),
        title: material.incident.title.clone(),
        standing,
        headline,
        reasons,
        approvals: approvals(material, standing),
        required: material.incident.require_approvals.clone(),
        notices: sum(|card| card.notices),
        letters: sum(|card| card.letters),
        large_print: material.wordings.iter().map(|wording| wording.ways.large_print).sum(),
        emails: sum(|card| card.emails),
        email: material.incident.email.as_ref().map(|email| [email.from.clone(), email.reply_to.clone(), email.subject.clone()]),
        held: material.counts.held,
        excluded: material.counts.excluded,
        faults: of_severity(|severity| severity == Severity::Refuses),
        warnings: of_severity(|severity| severity == Severity::Warns),
        cards: wordings.iter().map(|wording| wording.card.clone()).collect(),
    }
}

/// The standing of a seal as a word, a headline and what is in the way.
fn standing(standing: &Standing<Seal>) -> (&'static str, String, Vec<ShownFinding>) {
    match standing {
        Standing::Missing => ("missing", "Not approved yet".to_owned(), Vec::new()),
        Standing::InForce(_) => ("approved", "Approved: this is what will be mailed".to_owned(), Vec::new()),
        Standing::Broken(findings) => {
            let only_missing = findings.iter().all(|finding| finding.code == "approval-missing");
            let (word, headline) =
                if only_missing { ("partly", "Not every role has approved yet") } else { ("broken", "Changed since it was approved") };
            (word, headline.to_owned(), findings.iter().map(ShownFinding::from).collect())
        }
    }
}

/// Who has approved exactly what is shown.
fn approvals(material: &Material<'_>, standing: &str) -> Vec<String> {
    let Some((seal, _)) = material.sealed.filter(|_| matches!(standing, "approved" | "partly")) else { return Vec::new() };
    let told = seal.approvals.iter().map(|approval| {
        let signed = if approval.signature.is_some() { "signed" } else { "unsigned" };
        format!("{} as {} on {}, {signed}", approval.by, approval.role, approval.on)
    });
    told.collect()
}
