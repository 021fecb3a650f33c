//! Whether a seal is in force, and if not, in words what changed since: which file, which variants, which sentence.

use super::again::Again;
use super::sealing::{digest, sealed_files};
use super::statement::statement;
use super::stored::stored_findings;
use super::{Approval, Approver, ENGINE, SEAL_NAME, Seal, SealedFile, SealedVariant, Specimen, same_role, sealed_passages, store};
use crate::compose::Variant;
use crate::digest::sha256;
use crate::error::{Finding, Place, Result, Sentence};
use crate::incident::Incident;
use crate::review::signature::{self, AllowedSigners};
use crate::review::{Kind, PRINTED_VALUES, Standing, compare, language_in_words};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const APPROVE_AGAIN: &str = "preview the letters and approve them again, or put back what was approved";

/// What a seal is held against: everything that it binds, as it is now.
pub struct Present<'a> {
    /// Incident folder.
    pub folder: &'a Path,
    /// Incident id.
    pub incident_id: &'a str,
    /// Every text that letters are made from by name, in any order.
    pub texts: &'a [(String, String)],
    /// Every font.
    pub fonts: &'a [SealedFile],
    /// The proofs of the stored seal, made again; see [`super::proofs_again`].
    pub proofs: &'a [Result<Again, Finding>],
    /// Roles that must have approved; any one approval when empty.
    pub require: &'a [String],
    /// Whose signatures count; absent when none is asked for.
    pub signers: Option<&'a AllowedSigners>,
}

/// Judges a stored seal.
///
/// In force only when it is this incident's, every sealed text, font and proof is unchanged and none was added, the stored texts still
/// and proofs are there, whole and alone, the same version of the program runs, and every role in `require` has approved, with a signature where signers
/// are listed.
///
/// # Errors
/// Failed when what is stored beside the seal cannot be read.
pub fn seal_standing(seal: Option<Seal>, present: &Present<'_>) -> Result<Standing<Seal>> {
    let Some(seal) = seal else { return Ok(Standing::Missing) };
    let mut findings = wording_findings(&seal, present)?;
    findings.extend(approval_findings(&seal, present));
    Ok(if findings.is_empty() { Standing::InForce(seal) } else { Standing::Broken(findings) })
}

/// Whether everything that a seal binds is unchanged, whoever has approved it.
///
/// # Errors
/// As [`seal_standing`].
pub fn wording_holds(seal: &Seal, present: &Present<'_>) -> Result<bool> {
    Ok(wording_findings(seal, present)?.is_empty())
}

/// The texts that are not as they were sealed, by name: changed, added or taken away. None for a seal of another version of the program, which
/// has other built-in texts.
pub fn changed_texts(seal: &Seal, texts: &[(String, String)]) -> Vec<String> {
    let now = sealed_files(texts);
    let differs = |one: &[SealedFile], other: &[SealedFile]| {
        let lacking = one.iter().filter(|file| !other.contains(file));
        lacking.map(|file| if file.name == PRINTED_VALUES { "incident.toml".to_owned() } else { file.name.clone() }).collect::<Vec<_>>()
    };
    if seal.engine != ENGINE {
        return Vec::new();
    }
    let mut changed = differs(&now, &seal.files);
    changed.extend(differs(&seal.files, &now));
    changed.sort();
    changed.dedup();
    changed
}

/// Whether a seal covers the variants that recipients need.
///
/// # Errors
/// What it does not cover: such a wording was never before the approvers.
#[allow(clippy::result_large_err, reason = "there is one in a command")]
pub fn covers<'v>(seal: &Seal, needed: impl Iterator<Item = (&'v Variant, u64)>) -> Result<(), Finding> {
    let new: Vec<(&Variant, u64)> = needed.filter(|(variant, _)| !seal.variants.iter().any(|sealed| sealed.is(variant))).collect();
    let Some((variant, _)) = new.first() else { return Ok(()) };
    let count: u64 = new.iter().map(|(_, count)| count).sum();
    let only = variant
        .paragraphs
        .iter()
        .find(|paragraph| !seal.variants.iter().any(|sealed| sealed.paragraphs.iter().any(|id| **id == ***paragraph)));
    let with = only.map(|paragraph| format!(", with the paragraph `{paragraph}` that no approved letter has")).unwrap_or_default();
    let reason = format!(
        "{} a wording that nobody approved: {} of role {} in {}{with}",
        if count == 1 { "1 notice has".to_owned() } else { format!("{count} notices have") },
        if new.len() == 1 { "a letter".to_owned() } else { format!("{} wordings, the first", new.len()) },
        variant.role,
        language_in_words(variant.language),
    );
    Err(broken(Place::file(SEAL_NAME), reason, "preview the letters and approve them again: the recipients changed since"))
}

impl SealedVariant {
    /// Whether its proof, made again, is what was approved.
    pub fn is_again(&self, again: &Again) -> bool {
        again.pdf_sha256 == self.pdf_sha256 && again.text_sha256 == self.text_sha256 && again.paragraphs == self.paragraphs
    }

    /// Whether its proof was made for a kind.
    pub fn was_made_for(&self, kind: &Kind, incident: &Incident) -> bool {
        self.language == kind.language.tag() && self.role == kind.role.id() && self.specimen == Specimen::of(kind, incident)
    }

    /// Whether it is this wording.
    pub fn is(&self, variant: &Variant) -> bool {
        self.language == variant.language.tag()
            && self.role == variant.role
            && self.paragraphs.iter().map(String::as_str).eq(variant.paragraphs.iter().map(|id| &**id))
    }
}

fn wording_findings(seal: &Seal, present: &Present<'_>) -> Result<Vec<Finding>> {
    // Against a seal that was edited, what is here now would be blamed for it.
    if seal.digest_of_named() != seal.digest {
        let hint = "put back the seal as it was written, or preview the letters and approve them again";
        return Ok(vec![broken(Place::file(SEAL_NAME), "the seal was edited: its digest is not that of what it names", hint)]);
    }
    if seal.incident != present.incident_id {
        let reason = format!("the wording was approved for another incident, {}", seal.incident);
        return Ok(vec![broken(Place::file(SEAL_NAME), reason, "preview the letters of this incident and approve them")]);
    }
    let mut findings = stored_findings(present.folder, seal)?;
    findings.extend(text_findings(seal, present)?);
    findings.extend(font_findings(seal, present));
    if seal.engine != ENGINE {
        findings.push(broken(
            Place::file(SEAL_NAME),
            format!("the wording was approved under breachnotice {}, and this is {ENGINE}", seal.engine),
            "preview the letters with this version and approve them again",
        ));
    }
    findings.extend(proof_findings(seal, present)?);
    // What the findings did not put into words still may not pass.
    let bound = || digest(&seal.incident, ENGINE, &sealed_files(present.texts), present.fonts, &seal.variants);
    if findings.is_empty() && bound() != seal.digest {
        findings.push(broken(Place::file(SEAL_NAME), "the texts are not those that were approved", APPROVE_AGAIN));
    }
    Ok(findings)
}

/// One finding for each text that was changed, added or removed, by name.
fn text_findings(seal: &Seal, present: &Present<'_>) -> Result<Vec<Finding>> {
    let now: BTreeMap<&str, &str> = present.texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let sealed: BTreeMap<&str, &str> = seal.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str())).collect();
    let names: BTreeSet<&str> = now.keys().chain(sealed.keys()).copied().collect();
    let mut findings = Vec::new();
    for name in names {
        match (sealed.get(name), now.get(name)) {
            (Some(hash), Some(text)) => findings.extend(change_of(present.folder, name, hash, text)?),
            (Some(_), None) => findings.push(broken(Place::file(of_user(name)), "was removed since it was approved", APPROVE_AGAIN)),
            (None, _) => findings.push(broken(Place::file(of_user(name)), "was added since the wording was approved", APPROVE_AGAIN)),
        }
    }
    Ok(findings)
}

fn change_of(folder: &Path, name: &str, hash: &str, text: &str) -> Result<Option<Finding>> {
    if sha256(text.as_bytes()) == hash {
        return Ok(None);
    }
    if of_logo(name).is_some() {
        return Ok(Some(broken(Place::file(of_user(name)), "is not the picture that was approved", APPROVE_AGAIN)));
    }
    // What is stored tells where it changed, as long as that is what was approved.
    let stored = store::read(&super::texts_folder(folder).join(name))?.filter(|bytes| sha256(bytes) == hash);
    let intact = stored.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let line = intact.and_then(|before| first_changed_line(before.as_bytes(), text.as_bytes()));
    let place = place_of(name, line, text);
    let first = place.line.map(|line| format!(", first at line {line}")).unwrap_or_default();
    let words = intact.and_then(|before| compare::in_words(&compare::words(before, text)));
    let words = words.map(|words| format!(": {words}")).unwrap_or_default();
    Ok(Some(broken(place, format!("changed since it was approved{first}{words}"), APPROVE_AGAIN)))
}

/// Where a person finds a changed line: the values that incident.toml puts into letters are sealed as one text of ours, a key a line.
fn place_of(name: &str, line: Option<u64>, text: &str) -> Place {
    if name == PRINTED_VALUES {
        let changed = line.and_then(|line| text.lines().nth(line as usize - 1)).and_then(|line| line.split_once(':'));
        return changed.map_or_else(|| Place::file("incident.toml"), |(key, _)| Place::file("incident.toml").column(key));
    }
    line.map_or_else(|| Place::file(of_user(name)), |line| Place::line(of_user(name), line))
}

/// The file that a person knows by the name of a sealed text: an incident's own rules and logos are sealed under names of ours.
fn of_user(name: &str) -> String {
    let own_rules = name.strip_prefix("rules/own/").map(|file| format!("rules/{file}"));
    own_rules.or_else(|| of_logo(name).map(str::to_owned)).unwrap_or_else(|| name.to_owned())
}

/// The file of the logo that a sealed text stands for.
fn of_logo(name: &str) -> Option<&str> {
    name.strip_prefix("logos/")?.strip_suffix(".sha256.txt")
}

/// 1-based number of the first line that differs, line ends included; `None` when nothing does.
fn first_changed_line(before: &[u8], after: &[u8]) -> Option<u64> {
    let mut before = before.split_inclusive(|byte| *byte == b'\n');
    let mut after = after.split_inclusive(|byte| *byte == b'\n');
    for line in 1_u64.. {
        match (before.next(), after.next()) {
            (None, None) => return None,
            (one, other) if one != other => return Some(line),
            _ => {}
        }
    }
    None
}

fn font_findings(seal: &Seal, present: &Present<'_>) -> Vec<Finding> {
    let named = |fonts: &[SealedFile], font: &SealedFile| fonts.iter().any(|other| other.name == font.name);
    let changed = seal.fonts.iter().filter(|font| !present.fonts.contains(font)).map(|font| match named(present.fonts, font) {
        true => (font, "is not the font that was approved"),
        false => (font, "is a font that was removed since the wording was approved"),
    });
    let new = present.fonts.iter().filter(|font| !named(&seal.fonts, font));
    let new = new.map(|font| (font, "is a font that was added since the wording was approved"));
    changed.chain(new).map(|(font, reason)| broken(Place::file(font.name.clone()), reason, APPROVE_AGAIN)).collect()
}

/// One finding for all proofs that are not what they were, with the first changed sentence.
fn proof_findings(seal: &Seal, present: &Present<'_>) -> Result<Vec<Finding>> {
    let mut changed = Vec::new();
    let mut words = None;
    for (place, (sealed, again)) in seal.variants.iter().zip(present.proofs).enumerate() {
        let again = match again {
            Ok(again) => again,
            Err(finding) => return Ok(vec![finding.clone()]),
        };
        if !sealed.is_again(again) {
            changed.push(place + 1);
            if words.is_none() {
                words = first_words(present.folder, seal, place, again)?;
            }
        }
    }
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let (verb, variant) = if changed.len() == 1 { ("s", "variant") } else { ("", "variants") };
    let which = format!("{} of the {} approved wordings", changed.len(), seal.variants.len());
    let reason = match words {
        Some(words) => format!("{which} read{verb} otherwise now ({variant} {}): {words}", ranges(&changed)),
        None => format!("{which} look{verb} otherwise now ({variant} {}), with the same words", ranges(&changed)),
    };
    Ok(vec![broken(Place::file(SEAL_NAME), reason, APPROVE_AGAIN)])
}

/// The first changed sentence of a proof with its paragraph; absent when only the looks changed or what was approved is gone.
fn first_words(folder: &Path, seal: &Seal, place: usize, again: &Again) -> Result<Option<String>> {
    let Some(before) = sealed_passages(folder, seal, place)? else { return Ok(None) };
    let told = |changed: &compare::ChangedPassage| {
        Some(format!("in the paragraph `{}` {}", changed.paragraph, compare::in_words(&changed.spans)?))
    };
    Ok(compare::changed(&before, &again.passages).iter().find_map(told))
}

/// `1-3, 7` for ascending numbers.
fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let told = |(first, last): &(usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// Roles that have not approved, and approvals whose signature does not count.
pub(super) fn approval_findings(seal: &Seal, present: &Present<'_>) -> Vec<Finding> {
    let unsound = seal.approvals.iter().filter_map(|approval| signature_finding(seal, approval, present.signers));
    let mut findings: Vec<Finding> = unsound.collect();
    let missing = |what: String, hint: String| Finding::refuses("approval-missing", Place::file(SEAL_NAME), what, hint);
    if present.require.is_empty() {
        let none = seal.approvals.is_empty();
        findings.extend(none.then(|| missing("nobody has approved the wording".to_owned(), "run breachnotice approve".to_owned())));
        return findings;
    }
    let given: Vec<&str> = seal.approvals.iter().map(|approval| approval.role.as_str()).collect();
    let given_in_words = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
    let lacking = present.require.iter().filter(|role| !given.iter().any(|known| same_role(known, role)));
    findings.extend(lacking.map(|role| {
        missing(
            format!("the approval of role {role} is missing; approved so far: {given_in_words}"),
            format!("let {role} run breachnotice approve with --role {role}"),
        )
    }));
    findings
}

fn signature_finding(seal: &Seal, approval: &Approval, signers: Option<&AllowedSigners>) -> Option<Finding> {
    let statement = approval.statement(seal);
    let fault = match (&approval.signature, signers) {
        (None, None) => return approval.edited(&statement),
        (None, Some(_)) => {
            let reason =
                format!("the approval of {} by {} is unsigned, and incident.toml names allowed_signers", approval.role, approval.by);
            return Some(broken(Place::file(SEAL_NAME), reason, "let the approver approve again, with --key"));
        }
        (Some(armored), Some(signers)) => signers.verify(&approval.role, approval.on, &statement, armored).err(),
        (Some(armored), None) => signature::signer_of(&statement, armored).err(),
    };
    fault.map(|fault| fault.finding(Place::file(SEAL_NAME))).or_else(|| approval.edited(&statement))
}

impl Approval {
    /// What was signed.
    pub(super) fn statement(&self, seal: &Seal) -> String {
        let approver = Approver { by: self.by.clone(), role: self.role.clone(), on: self.on };
        statement(&seal.incident, &seal.digest, &approver, &self.verified, self.accepted_stale.as_ref())
    }

    /// What an edit shows by where nothing is signed.
    pub(super) fn edited(&self, statement: &str) -> Option<Finding> {
        let reason = || format!("the approval of {} by {} was edited", self.role, self.by);
        let hint = "put back the seal as it was written, or let the approver approve again";
        (sha256(statement.as_bytes()) != self.statement_sha256).then(|| broken(Place::file(SEAL_NAME), reason(), hint))
    }
}

fn broken(place: Place, reason: impl Into<Sentence>, hint: &'static str) -> Finding {
    Finding::refuses("seal-broken", place, reason, hint)
}
