//! What law leaves open: every choice in force, with the reason of its default.

use crate::incident::{Agency, Choices, DayZero, HoldEffect, Incident, OneMailing};

/// The choices in force, `key = value`, and why: `yours`, or the reason of the default.
pub(super) fn in_force(incident: &Incident) -> (Vec<String>, Vec<String>) {
    let Choices { day_zero, hold_effect, courtesy_filings, language_sheet, one_mailing, stated } = &incident.choices;
    let day_zero = match day_zero {
        DayZero::Excluded => "excluded",
        DayZero::Included => "included",
    };
    let hold_effect = match hold_effect {
        HoldEffect::LaterOf => "later_of",
        HoldEffect::Tolling => "tolling",
    };
    let one_mailing = match one_mailing {
        OneMailing::Earliest => "earliest",
        OneMailing::PerState => "per_state",
    };
    let flag = |flag: &bool| if *flag { "true" } else { "false" };
    let mut all = vec![
        ("day_zero", day_zero, "\"after discovery\" leaves the day of discovery out"),
        ("hold_effect", hold_effect, "the text delays the notice, it does not say that the days stand still"),
        ("ma_letter", "hipaa", "a letter about patients must say what happened; M.G.L. c. 93H, 5 deems it enough"),
        ("courtesy_filings", flag(courtesy_filings), "where HIPAA's notice satisfies a state's law, its office is told only by choice"),
        ("language_sheet", flag(language_sheet), "a letter that invites to enroll or to call may come under 45 CFR 92.11(c)(5)"),
        ("one_mailing", one_mailing, "one mailing by the earliest last day is in time for everyone"),
        ("majority_table", "jurisdictions", "the age of majority of the state of residence, in jurisdictions.toml"),
    ];
    if let Some(associate) = &incident.business_associate {
        let agency = match associate.agent {
            Agency::Yes => "yes",
            Agency::No => "no",
            Agency::Unknown => "unknown",
        };
        all.push(("agency", agency, "both readings are shown, and the earlier day governs"));
    }
    let why = |(key, value, reason): &(&str, &str, &str)| {
        let told = stated.contains(key) || *key == "agency" && *value != "unknown";
        if told { "yours".to_owned() } else { format!("default: {reason}") }
    };
    (all.iter().map(|(key, value, _)| format!("{key} = {value}")).collect(), all.iter().map(why).collect())
}
