//! What is said of a case as a whole once its letters are known: enclosures that are missing, waivers and what they set aside.

use crate::compose::Composer;
use crate::error::{Finding, Place};
use crate::incident::{Incident, Language, Waiver, suggestion};
use crate::rules::Rules;

/// Asks for the notice on language assistance, which no program can write: it is taken from the user's own template.
pub(super) fn language_sheet(incident: &Incident, composer: &Composer) -> Option<Finding> {
    let missing =
        Language::ALL.into_iter().find(|language| composer.is_written_in(*language) && !composer.has_language_sheet(*language))?;
    let place = Place::file(format!("templates/{}/parts/language_sheet.md", missing.tag()));
    let reason = "letters enclose no notice on language assistance, which 45 CFR 92.11(c)(5) may ask for where a letter invites to enroll or \
                  to call";
    let hint = "put the notice in the 15 languages of your state, as HHS publishes it, into this file; or set language_sheet = false under \
                [choices]";
    incident.choices.language_sheet.then(|| Finding::warns("language-sheet-missing", place, reason, hint))
}

/// Names with each finding the waiver that sets it aside, and warns of waivers that set nothing aside.
pub(super) fn waive(findings: &mut Vec<Finding>, waivers: &[Waiver], rules: &Rules) {
    let mut idle = Vec::new();
    for waiver in waivers {
        let mut found = false;
        for finding in findings.iter_mut().filter(|finding| finding.code == waiver.rule) {
            found = true;
            let words = waiver.in_words();
            if !finding.reason.contains(&words) {
                finding.reason = format!("{}; {words}", finding.reason).into();
            }
        }
        if !found {
            idle.push(without_effect(waiver, rules));
        }
    }
    findings.extend(idle);
}

fn without_effect(waiver: &Waiver, rules: &Rules) -> Finding {
    let place = Place::file("incident.toml").column("waivers");
    let rule = rules.content.iter().find(|rule| rule.id == waiver.rule);
    let (reason, hint) = match rule {
        Some(rule) if !rule.waivable => (
            format!("nobody can set the rule `{}` aside ({})", rule.id, rule.clause),
            "take the waiver out, and mend what it was for".to_owned(),
        ),
        Some(_) => (format!("the waiver of `{}` sets nothing aside: no letter breaks the rule", waiver.rule), "take it out".to_owned()),
        None => {
            let reason = format!("the waiver of `{}` sets nothing aside: nothing of this name was found", waiver.rule);
            (reason, suggestion(&waiver.rule, rules.content.iter().map(|rule| rule.id)))
        }
    };
    Finding::warns("waiver-without-effect", place, reason, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_waiver_is_named_with_what_it_sets_aside_or_said_to_do_nothing() {
        let rules = Rules::load().unwrap();
        let waiver = |rule: &str| Waiver { rule: rule.into(), by: "Ada".into(), on: date(2026, 1, 2), reason: "read".into() };
        let warning = Finding::warns("not-toll-free", Place::file("incident.toml"), "a local line", "change it");
        let mut findings = vec![warning];
        waive(&mut findings, &[waiver("not-toll-free"), waiver("reading-levle"), waiver("hipaa-types"), waiver("hedge")], &rules);
        assert_eq!(findings[0].reason, "a local line; set aside by Ada on 2026-01-02: read");
        assert!(findings[1].hint.contains("`reading-level`"), "{}", findings[1].hint);
        assert!(findings[2].reason.contains("nobody can set the rule"), "{}", findings[2].reason);
        assert!(findings[3].reason.contains("no letter breaks the rule"), "{}", findings[3].reason);
    }
}
