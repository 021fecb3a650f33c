//! The duties of one provider under 45 CFR 164.404 to 164.410, each with its count, its last day and why.

use super::clock::{Clock, LastDay};
use super::counts::Counts;
use super::draft::Draft;
use super::{Duty, Happened, Obligation, words};
use crate::incident::{BusinessAssociate, Incident, Provider};
use crate::rules::{Federal, Jurisdiction, Limit, Rules};
use jiff::civil::Date;

/// What one provider's duties are computed from.
pub(super) struct Duties<'a> {
    pub(super) incident: &'a Incident,
    pub(super) provider: &'a Provider,
    pub(super) rules: &'a Rules,
    pub(super) counts: &'a Counts,
    /// People whose rows name no known provider: they may be this one's.
    pub(super) without_provider: u64,
    pub(super) clock: Clock<'a>,
    pub(super) happened: &'a Happened,
    pub(super) as_of: Date,
}

impl<'a> Duties<'a> {
    /// Every federal duty that was considered, in the order of [`Duty`].
    pub(super) fn all(&self) -> Vec<Obligation> {
        let mut all = vec![self.individual_notice(), self.hhs_notice(), self.hhs_annual_log()];
        all.extend(self.part2_notice());
        all.extend(self.counts.residents.iter().map(|(code, residents)| self.media_notice(*code, residents.total())));
        all.push(self.substitute_notice());
        all.extend(self.incident.business_associate.as_ref().map(|associate| self.business_associate_notice(associate)));
        all
    }

    fn federal(&self) -> &'a Federal {
        &self.rules.federal
    }

    fn individual_notice(&self) -> Obligation {
        let limit = &self.federal().individual_days;
        let draft = self.draft(Duty::IndividualNotice, "each affected patient, or who stands in for the patient", limit);
        if self.counts.total == 0 {
            return self.not_required(draft, "no list names a patient of this provider");
        }
        if self.counts.excluded == self.counts.total {
            return self.not_required(draft, "everyone in the lists is excluded: owed no letter");
        }
        let last_day = self.clock.after_discovery(limit);
        let mut notes = vec![self.how_people_are_told()];
        if self.without_provider > 0 {
            let people = words::people(self.without_provider);
            notes.push(format!("no known provider is named for {people} in the lists: they count for none"));
        }
        notes.extend(self.mailing_notes(&last_day));
        notes.push("without unreasonable delay: the last day is an outer limit".to_owned());
        self.required(Draft { notes, ..draft }, last_day)
    }

    fn how_people_are_told(&self) -> String {
        let Counts { letters, emails, held, excluded, .. } = self.counts;
        format!("{letters} by letter, {emails} by e-mail, {held} held, {excluded} excluded")
    }

    /// What the planned mail date means for a last day.
    fn mailing_notes(&self, last_day: &LastDay) -> Vec<String> {
        let mail_date = self.provider.mail_date;
        let mut notes = Vec::new();
        let late = words::days_after(last_day.day, mail_date);
        if late > 0 {
            notes.push(format!("the mail date {mail_date} is late by {}", words::days(late)));
        }
        if !self.rules.is_postal_business_day(mail_date) {
            notes.push(format!("the mail date {mail_date} is a Saturday, a Sunday or a postal holiday"));
        }
        if let Some(until) = self.clock.held_until(mail_date) {
            notes.push(format!("the mail date {mail_date} falls into a hold that ends {until}"));
        }
        notes
    }

    fn hhs_notice(&self) -> Obligation {
        let federal = self.federal();
        let from = &federal.hhs_at_once_from;
        let mut draft = self.draft(Duty::HhsNotice, "HHS Secretary, through the OCR breach portal", from);
        draft.threshold = Some(u64::from(from.value));
        if self.is_large() {
            draft.notes.push("contemporaneously with the letters".to_owned());
            return self.required(draft, self.clock.after_discovery(&federal.individual_days));
        }
        draft.notes.extend(self.could_become_large());
        let why = format!("{}: fewer than {}, so the yearly log applies", words::people(self.counts.total), from.value);
        self.not_required(draft, &why)
    }

    fn hhs_annual_log(&self) -> Obligation {
        let federal = self.federal();
        let limit = &federal.hhs_log_days;
        let mut draft = self.draft(Duty::HhsAnnualLog, "HHS Secretary, through the OCR breach portal", limit);
        if self.counts.total == 0 {
            return self.not_required(draft, "no list names a patient of this provider");
        }
        if self.is_large() {
            let from = federal.hhs_at_once_from.value;
            let why = format!("{}: {from} or more, so HHS is told at once", words::people(self.counts.total));
            return self.not_required(draft, &why);
        }
        draft.notes.extend(self.could_become_large());
        self.required(draft, self.clock.after_year_of_discovery(limit))
    }

    fn is_large(&self) -> bool {
        self.counts.total >= u64::from(self.federal().hhs_at_once_from.value)
    }

    fn could_become_large(&self) -> Option<String> {
        let from = u64::from(self.federal().hhs_at_once_from.value);
        let possible = self.without_provider > 0 && self.counts.total + self.without_provider >= from;
        possible.then(|| {
            let people = words::people(self.without_provider);
            format!("no known provider is named for {people} in the lists; if they are this provider's, {from} is reached and HHS is told at once")
        })
    }

    fn media_notice(&self, code: Jurisdiction, count: u64) -> Obligation {
        let federal = self.federal();
        let above = &federal.media_above;
        let rule = self.rules.jurisdiction(code);
        let name = rule.map_or_else(|| code.to_string(), |rule| rule.name.clone());
        let mut draft = self.draft(Duty::MediaNotice, &format!("prominent media outlets serving {name}"), above);
        draft.jurisdiction = code.to_string();
        draft.count = count;
        draft.threshold = Some(u64::from(above.value) + 1);
        if !rule.is_some_and(|rule| rule.counts_for_media) {
            return self.not_required(draft, &format!("{name} is no State or jurisdiction in the sense of the clause"));
        }
        if count > u64::from(above.value) {
            draft.notes.push("provided to the outlets directly: a posting on the provider's own site is not enough".to_owned());
            return self.required(draft, self.clock.after_discovery(&federal.media_days));
        }
        let unknown = self.counts.without_residence;
        if unknown > 0 && count + unknown > u64::from(above.value) {
            let people = words::people(unknown);
            draft.notes.push(format!(
                "no state is known for {people} (or they live abroad); if their homes are in {name}, {} is passed",
                above.value
            ));
        }
        let why = format!("{count} of its residents: not more than {}", above.value);
        self.not_required(draft, &why)
    }

    fn substitute_notice(&self) -> Obligation {
        let federal = self.federal();
        let unreachable = self.counts.unreachable.count();
        let public = unreachable >= u64::from(federal.substitute_public_from.value);
        let limit = if public { &federal.substitute_public_from } else { &federal.substitute_other_means_from };
        let mut draft = self.draft(Duty::SubstituteNotice, "the patients whom no letter can reach", limit);
        draft.count = unreachable;
        draft.threshold = Some(u64::from(limit.value));
        if unreachable < u64::from(limit.value) {
            let clause = &federal.deceased_without_substitute_notice;
            return self.not_required(draft, &format!("everyone can be written to (the dead do not count, {clause})"));
        }
        let last_day = self.clock.after_discovery(&federal.individual_days);
        draft.notes = self.what_is_known_of_them();
        draft.notes.extend(if public { self.public_posting(&last_day) } else { self.other_means() });
        draft.notes.push("count again when letters come back or held rows are mended".to_owned());
        if words::days_after(last_day.day, self.as_of) > 0 {
            draft.notes.push("those who became unreachable after the last day: as soon as reasonably possible".to_owned());
        }
        self.required(draft, last_day)
    }

    /// Since when there are so many that the public is told, and how many of them are told by now.
    fn what_is_known_of_them(&self) -> Vec<String> {
        let unreachable = &self.counts.unreachable;
        let from = u64::from(self.federal().substitute_public_from.value);
        let since = unreachable.reached(from).map(|day| format!("there are {from} since {day}"));
        let told = unreachable.told;
        let told = (told > 0).then(|| format!("{told} of {} told by substitute notice", unreachable.count()));
        since.into_iter().chain(told).collect()
    }

    fn other_means(&self) -> Vec<String> {
        let public_from = self.federal().substitute_public_from.value;
        let mut notes = vec!["another form of written notice, telephone, or other means reasonably calculated to reach them".to_owned()];
        if self.counts.unreachable.count() + 1 == u64::from(public_from) {
            notes.push(format!("one more makes it {public_from}: then a home-page posting or major media and a toll-free number are owed"));
        }
        notes
    }

    fn public_posting(&self, last_day: &LastDay) -> Vec<String> {
        let days = self.federal().substitute_posting_days.value;
        let start = last_day.day.min(self.provider.mail_date);
        let through = words::later(start, days);
        let site = if self.provider.website.is_empty() {
            "the provider names no web site: conspicuous notice in major print or broadcast media where they likely live".to_owned()
        } else {
            format!(
                "conspicuous posting on the home page for {days} days, or notice in major print or broadcast media where they likely live"
            )
        };
        let mut notes = vec![format!("{site}; and a toll-free number for at least {days} days: from {start} through {through}")];
        if let Some(open_until) = self.incident.call_center.open_until.filter(|open_until| *open_until < through) {
            notes.push(format!("the call center closes {open_until}, before that"));
        }
        notes
    }

    /// A program under 42 CFR part 2 owes its patients the notice by that part as well.
    fn part2_notice(&self) -> Option<Obligation> {
        if !self.provider.part2_program {
            return None;
        }
        let part2 = &self.federal().part2_program;
        let mut draft = self.draft(Duty::IndividualNotice, "each patient of the program", &self.federal().individual_days);
        draft.key = "part2".to_owned();
        draft.clause.clone_from(&part2.clause);
        draft.confidence = part2.confidence;
        if self.counts.total == 0 {
            return Some(self.not_required(draft, "no list names a patient of this provider"));
        }
        if self.provider.breach_began < part2.from {
            let why = format!("the breach began {}, before {}, when compliance was due", self.provider.breach_began, part2.from);
            return Some(self.not_required(draft, &why));
        }
        draft.notes.push("neither letter nor envelope may tell that somebody was in such a program (42 CFR 2.12-2.13)".to_owned());
        Some(self.required(draft, self.clock.after_discovery(&self.federal().individual_days)))
    }

    fn business_associate_notice(&self, associate: &BusinessAssociate) -> Obligation {
        let limit = &self.federal().business_associate_days;
        let mut draft = self.draft(Duty::BusinessAssociateNotice, &format!("{}, by {}", self.provider.legal_name, associate.name), limit);
        if self.counts.total == 0 {
            return self.not_required(draft, "no list names a patient of this provider");
        }
        let last_day = self.clock.after(associate.discovered, &format!("{} discovered it", associate.name), limit);
        let told = self.provider.informed.unwrap_or(associate.informed);
        let late = words::days_after(last_day.day, told);
        draft.notes.push(if late > 0 { format!("told {told}: late by {}", words::days(late)) } else { format!("told {told}: in time") });
        draft.notes.push("a contract often sets a shorter limit; a late notice excuses no provider that knows".to_owned());
        self.required(draft, last_day)
    }

    fn draft(&self, duty: Duty, to: &str, limit: &Limit) -> Draft {
        Draft {
            duty,
            jurisdiction: "US".to_owned(),
            key: String::new(),
            to: to.to_owned(),
            clause: limit.clause.clone(),
            confidence: limit.confidence,
            count: self.counts.total,
            threshold: None,
            notes: Vec::new(),
        }
    }

    fn required(&self, draft: Draft, last_day: LastDay) -> Obligation {
        draft.required(&self.provider.id, last_day)
    }

    fn not_required(&self, draft: Draft, why: &str) -> Obligation {
        draft.not_required(&self.provider.id, why)
    }
}
