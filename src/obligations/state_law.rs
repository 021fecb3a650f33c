//! The duties of one provider under the breach laws of its patients' states.

use super::clock::LastDay;
use super::counts::Residents;
use super::draft::Draft;
use super::duties::Duties;
use super::{Duty, Obligation, words};
use crate::intake::Elements;
use crate::rules::{BreachLaw, Confidence, Jurisdiction, JurisdictionRule, Notice, ServiceMonths, Start, Timing, UnderHipaa};
use jiff::ToSpan;
use jiff::civil::Date;

/// Types of information that count as medical or insurance information (see `medical_from` in jurisdictions.toml).
const MEDICAL: [&str; 9] =
    ["mrn", "provider_names", "diagnosis", "medications", "test_results", "images", "treatment", "insurance", "service_dates"];

/// Every duty that was considered, state by state; `federal` are the provider's duties under HIPAA.
pub(super) fn duties(provider: &Duties<'_>, federal: &[Obligation]) -> Vec<Obligation> {
    let mut all = Vec::new();
    let mut states: Vec<State<'_>> = Vec::new();
    for (code, rule) in &provider.rules.jurisdictions {
        let residents = provider.counts.residents.get(code);
        // A licensed facility owes its state's notices for patients who live elsewhere too.
        let licensed = provider.provider.ca_licensed_facility && code.code() == "CA" && provider.counts.total > 0;
        if residents.is_some() || licensed {
            let residents = residents.cloned().unwrap_or_default();
            states.push(State { provider, code: *code, rule, residents, federal, licensed });
        }
    }
    for state in &states {
        all.extend(state.individual_notices());
    }
    let letters = provider.letters_by(federal.iter().chain(&all));
    for state in &states {
        all.extend(state.regulator_notices(letters));
        all.extend(state.consumer_reporting(letters));
        all.extend(state.rule.identity_service.as_ref().and_then(|service| state.identity_service(service)));
    }
    all
}

/// The day on which the first letters leave, or left.
#[derive(Debug, Clone, Copy)]
struct Letters {
    day: Date,
    left: bool,
}

impl Letters {
    fn in_words(self) -> String {
        let Letters { day, left } = self;
        if left { format!("the letters, the first of which left on {day}") } else { format!("the letters, which leave by {day}") }
    }
}

impl Duties<'_> {
    /// The day on which letters left; before they have, the mail date, but not after the earliest last day, and not before a hold ends.
    fn letters_by<'o>(&self, obligations: impl Iterator<Item = &'o Obligation>) -> Letters {
        if let Some(day) = self.happened.letters_left.get(&self.provider.id) {
            return Letters { day: *day, left: true };
        }
        let clocks = obligations.filter(|obligation| obligation.duty == Duty::IndividualNotice);
        let earliest = clocks.filter_map(|obligation| obligation.deadline).fold(self.provider.mail_date, Date::min);
        Letters { day: self.clock.held_until(earliest).unwrap_or(earliest), left: false }
    }
}

/// One provider's residents of one jurisdiction, with its law.
struct State<'a> {
    provider: &'a Duties<'a>,
    code: Jurisdiction,
    rule: &'a JurisdictionRule,
    residents: Residents,
    federal: &'a [Obligation],
    /// Whether the provider is a health facility licensed there.
    licensed: bool,
}

/// Why a notice is not owed, or for how many people it is.
type Judgement = Result<u64, String>;

impl State<'_> {
    fn individual_notices(&self) -> Vec<Obligation> {
        let residents = format!("each affected resident of {}, or who stands in for the patient", self.rule.name);
        let patients = format!("each affected patient of the facility licensed in {}, wherever the patient lives", self.rule.name);
        let notices = self.rule.individual.iter();
        let owed = notices.filter_map(|(key, notice)| {
            let to = if notice.only_licensed_facility { &patients } else { &residents };
            self.notice((Duty::IndividualNotice, key), notice, to, Letters { day: self.provider.provider.mail_date, left: false })
        });
        owed.collect()
    }

    /// The offices, each its own row; `letters` is the day on which letters leave.
    fn regulator_notices(&self, letters: Letters) -> Vec<Obligation> {
        let name = &self.rule.name;
        if self.rule.law.is_none() {
            let mut draft = self.draft(Duty::RegulatorNotice, "", &format!("the offices of {name}"), "not established", Confidence::Low);
            draft.notes.push("ask counsel; what counsel finds can be put into rules/jurisdictions.toml beside incident.toml".to_owned());
            return vec![self.not_required(draft, "not established: no breach law is known here, ask counsel")];
        }
        let notices = self.rule.regulators.iter();
        let rows: Vec<_> =
            notices.filter_map(|(key, notice)| self.notice((Duty::RegulatorNotice, key), notice, &notice.to, letters)).collect();
        match &self.rule.law {
            Some(law) if self.rule.regulators.is_empty() => {
                let draft = self.draft(Duty::RegulatorNotice, "", &format!("the offices of {name}"), &law.statute, law.confidence);
                vec![self.not_required(draft, "no notice to an office is asked of a private provider")]
            }
            _ => rows,
        }
    }

    fn consumer_reporting(&self, letters: Letters) -> Option<Obligation> {
        let notice = self.rule.consumer_reporting.as_ref()?;
        self.notice((Duty::ConsumerReportingAgencyNotice, ""), notice, "the nationwide consumer reporting agencies", letters)
    }

    fn identity_service(&self, service: &ServiceMonths) -> Option<Obligation> {
        let count = self.residents.living_with_any(Elements::of_ids(&service.elements));
        if count == 0 {
            return None;
        }
        let to = format!("residents of {} whose numbers were involved ({})", self.rule.name, service.elements.join(", "));
        let mut draft = self.draft(Duty::IdentityService, "", &to, &service.clause, service.confidence);
        draft.count = count;
        draft.notes.push(match &self.provider.incident.identity_service {
            Some(offered) if offered.months >= service.months => format!("offered: {} for {} months", offered.product, offered.months),
            Some(offered) => format!("TOO FEW: {} is offered for {} months", offered.product, offered.months),
            None => "NOT OFFERED: incident.toml has no [identity_service]".to_owned(),
        });
        draft.notes.extend(Some(service.note.clone()).filter(|note| !note.is_empty()));
        Some(draft.without_a_day(&self.provider.provider.id, &format!("{} months at least, offered in the letter", service.months)))
    }

    /// One notice of the law; absent when it is another kind of provider's.
    fn notice(&self, (duty, key): (Duty, &str), notice: &Notice, to: &str, letters: Letters) -> Option<Obligation> {
        if notice.only_licensed_facility && !self.licensed {
            return None;
        }
        let law = self.rule.law.as_ref()?;
        let key = if key == "general" { "" } else { key };
        let mut draft = self.draft(duty, key, to, &notice.clause, notice.confidence);
        draft.threshold = (notice.from > 1).then_some(notice.from);
        draft.notes.extend(Some(notice.note.clone()).filter(|note| !note.is_empty()));
        let judged = self.judge(duty, notice, law, &mut draft);
        let last_day = self.last_day(notice, letters);
        Some(match (judged, last_day) {
            (Err(why), last_day) => {
                let would_be = last_day.filter(|_| !notice.owed && draft.count >= notice.from);
                draft.notes.extend(would_be.map(|last_day| format!("its own last day would be {}", last_day.day)));
                self.not_required(draft, &why)
            }
            (Ok(count), last_day) => {
                draft.count = count;
                if !notice.owed {
                    draft.notes.push(format!("by your choice courtesy_filings, though {}", satisfied(law)));
                }
                match last_day {
                    Some(last_day) => draft.required(&self.provider.provider.id, last_day),
                    None => draft.without_a_day(&self.provider.provider.id, "without unreasonable delay: the law gives no number of days"),
                }
            }
        })
    }

    /// Whether a notice is owed, and for how many; counts and what could tip them go into the draft.
    fn judge(&self, duty: Duty, notice: &Notice, law: &BreachLaw, draft: &mut Draft) -> Judgement {
        if self.provider.counts.total == 0 {
            return Err("no list names a patient of this provider".to_owned());
        }
        if notice.only_licensed_facility {
            draft.count = self.provider.counts.total;
            return Ok(draft.count);
        }
        let brought = self.brought_under(law);
        let count = if notice.any_element { self.residents.total() } else { self.residents.with_any(brought) };
        draft.count = count;
        let began = self.provider.provider.breach_began;
        if let Some(from) = notice.breach_from.filter(|from| began < *from) {
            return Err(format!("the breach began {began}, before {from}"));
        }
        if count == 0 {
            return Err(format!("nothing that was involved for its residents comes under {}", law.statute));
        }
        if !notice.unless_only.is_empty() {
            let beyond = self.residents.with_any_beyond(brought, Elements::of_ids(&notice.unless_only));
            draft.count = beyond;
            if beyond == 0 {
                return Err(satisfied(law));
            }
        }
        if !notice.owed && (duty == Duty::IndividualNotice || !self.provider.incident.choices.courtesy_filings) {
            return Err(satisfied(law));
        }
        if notice.ask_counsel {
            return Err("not established: whether it applies hangs on facts beyond the lists, ask counsel".to_owned());
        }
        if draft.count < notice.from {
            draft.notes.extend(self.could_reach(draft.count, notice.from));
            return Err(format!("{} of its residents: fewer than {}", draft.count, notice.from));
        }
        Ok(draft.count)
    }

    /// The types of information that bring a resident under the law.
    fn brought_under(&self, law: &BreachLaw) -> Elements {
        let discovered = self.provider.clock.discovered();
        let medical = law.medical_from.is_none_or(|from| discovered >= from);
        let ids: Vec<String> = law.elements.iter().filter(|id| medical || !MEDICAL.contains(&id.as_str())).cloned().collect();
        Elements::of_ids(&ids)
    }

    /// People of unknown residence, when they could tip the count.
    fn could_reach(&self, count: u64, from: u64) -> Option<String> {
        let unknown = self.provider.counts.without_residence;
        (unknown > 0 && count + unknown >= from).then(|| {
            let people = words::people(unknown);
            format!("no state is known for {people} (or they live abroad); if their homes are in {}, {from} is reached", self.rule.name)
        })
    }

    /// The last day of a notice; absent when the law gives no number that binds this incident.
    fn last_day(&self, notice: &Notice, letters: Letters) -> Option<LastDay> {
        let clock = &self.provider.clock;
        if notice.days_from.is_some_and(|from| clock.discovered() < from) {
            return None;
        }
        let provider = self.provider.provider;
        let on = |day: Date, basis: String| Some(clock.on(day, notice.confidence, basis));
        let mailed = if letters.left { letters.day } else { provider.mail_date };
        let last_day = match notice.timing {
            Timing::Days(days, Start::Letters) => {
                on(words::later(mailed, days), format!("{} after the letters of {mailed}", words::days(days)))
            }
            Timing::BusinessDays(days, Start::Letters) => {
                on(self.provider.rules.business_days_after(mailed, days), format!("{days} business days after the letters of {mailed}"))
            }
            Timing::Days(_, Start::HhsNotice) | Timing::BusinessDays(_, Start::HhsNotice) => self.after_hhs(notice, letters),
            Timing::Days(..) | Timing::BusinessDays(..) => {
                clock.by_state_law(notice, provider.determined.or(self.provider.incident.determined))
            }
            Timing::BeforeLetters => on(letters.day.saturating_sub(1.day()), format!("before {}", letters.in_words())),
            Timing::WithLetters => on(letters.day, format!("not later than {}", letters.in_words())),
            Timing::WithoutDelay => None,
        };
        match last_day {
            Some(last_day) if notice.not_after_letters && last_day.day > letters.day => {
                on(letters.day, format!("{}; but not later than {}", last_day.basis, letters.in_words()))
            }
            last_day => last_day,
        }
    }

    /// Days after the report to the Secretary; before it was made, it is taken to go with the letters or into the yearly log.
    fn after_hhs(&self, notice: &Notice, letters: Letters) -> Option<LastDay> {
        let report = self.federal.iter().find(|duty| matches!(duty.duty, Duty::HhsNotice | Duty::HhsAnnualLog) && duty.required)?;
        let deadline = report.deadline?;
        let told = self.provider.happened.hhs_told.get(&self.provider.provider.id).copied();
        let filed = told.unwrap_or(if report.duty == Duty::HhsNotice { letters.day.min(deadline) } else { deadline });
        let rules = self.provider.rules;
        let (day, kind) = match notice.timing {
            Timing::BusinessDays(days, _) => (rules.business_days_after(filed, days), format!("{days} business days")),
            Timing::Days(days, _) => (words::later(filed, days), words::days(days)),
            _ => return None,
        };
        let basis = match told {
            Some(_) => format!("{kind} after the report to the Secretary of {filed}"),
            None => format!("{kind} after the report to the Secretary, taken to be filed {filed}: file earlier, and it is due earlier"),
        };
        Some(self.provider.clock.on(day, notice.confidence, basis))
    }

    fn draft(&self, duty: Duty, key: &str, to: &str, clause: &str, confidence: Confidence) -> Draft {
        Draft {
            duty,
            jurisdiction: self.code.to_string(),
            key: key.to_owned(),
            to: to.to_owned(),
            clause: clause.to_owned(),
            confidence,
            count: self.residents.total(),
            threshold: None,
            notes: Vec::new(),
        }
    }

    fn not_required(&self, draft: Draft, why: &str) -> Obligation {
        draft.not_required(&self.provider.provider.id, why)
    }
}

/// Why nothing more is owed, from the clause on HIPAA.
fn satisfied(law: &BreachLaw) -> String {
    let clause = law.hipaa_clause.as_deref().unwrap_or(&law.statute);
    let word = if law.hipaa == UnderHipaa::Exempt { "exempt" } else { "satisfied by HIPAA's notice" };
    format!("{word}: {} ({clause})", law.hipaa_effect)
}
