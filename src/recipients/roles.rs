//! In which role a person is told: status, dates and age, each checked against the others.

use super::Role;
use super::address_form::Written;
use super::context::Context;
use super::dates::age_on;
use super::hold::Fault;
use super::name_case::fold;
use super::name_doubt::doubtful_words;
use super::names::read_representative;
use super::view::View;
use super::vocabulary::ROLES;
use super::{Change, PersonName};
use crate::incident::ProviderIndex;
use crate::intake::dates::date_of_row;
use crate::intake::{Field, RowIndex};
use crate::rules::Jurisdiction;
use jiff::civil::Date;

/// Above this age a status of minor is an error of the list, not a birthday since.
const OLDEST_FORMER_MINOR: i16 = 25;
/// Birth dates before this year are placeholders.
const FIRST_BIRTH_YEAR: i16 = 1900;
/// Majority where a state is unknown or sets no other age.
const USUAL_MAJORITY: u8 = 18;

/// What a status column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing, or no more than that the patient lives.
    Unstated,
    Adult,
    /// Below majority, but acting alone.
    Emancipated,
    Minor,
    Deceased,
    Represented,
}

/// The representative that a list names.
pub(super) struct Representative {
    pub(super) row: RowIndex,
    pub(super) name: String,
    pub(super) change: Option<Change>,
}

/// What role a person is told in, and why not to trust it.
pub(super) struct Judgement {
    pub(super) role: Role,
    /// Below the age of majority at the mail date, whatever the role.
    pub(super) under_age: bool,
    /// The minor consented to the care: told in person, at a confidential address.
    pub(super) consented_minor: bool,
    pub(super) birth: Option<Date>,
    /// Whom the letter is addressed to; only in roles that have one.
    pub(super) representative: Option<Representative>,
    pub(super) faults: Vec<Fault>,
}

/// Judges one person.
pub(super) fn judge(view: &View, provider: Option<ProviderIndex>, residence: Option<Jurisdiction>, name: &PersonName) -> Judgement {
    let mut faults = Vec::new();
    let mail_date = view.context.mail_date(provider);
    let (status, status_row) = status(view, &mut faults);
    let birth = date(view, Field::BirthDate, "birth-date-unreadable", &mut faults);
    let death = date(view, Field::DeathDate, "death-date-unreadable", &mut faults);
    check_dates(view, birth, death, mail_date, &mut faults);
    if let Some((row, _)) = death
        && !matches!(status, Status::Deceased | Status::Unstated)
    {
        faults.push(contradiction(row, Field::DeathDate, "there is a date of death, but the status says otherwise"));
    }
    let says_living = view.values(Field::Status).any(|(_, value)| is_living(value));
    if let Some((row, _)) = death.filter(|_| says_living) {
        faults.push(contradiction(row, Field::DeathDate, "there is a date of death, but the status says that the patient lives"));
    }
    let majority = residence.and_then(|code| view.context.rules.jurisdiction(code)).map_or(USUAL_MAJORITY, |rule| rule.majority_age);
    let age = birth.map(|(_, day)| age_on(day, mail_date));
    let under_age = age.map_or(status == Status::Minor, |age| age < i16::from(majority));
    let role = match status {
        Status::Deceased => Role::Deceased,
        _ if death.is_some() => Role::Deceased,
        Status::Represented => Role::Represented,
        Status::Emancipated => Role::Adult,
        _ if under_age => Role::Minor,
        _ => Role::Adult,
    };
    if status == Status::Adult && role == Role::Minor && age.is_some_and(|age| age < i16::from(USUAL_MAJORITY)) {
        faults.push(contradiction(status_row, Field::Status, "the status says adult, but the birth date is that of a child"));
    }
    if role == Role::Adult {
        check_adult(status, status_row, age, view, &mut faults);
    }
    check_birth_dates_agree(view, birth, majority, mail_date, &mut faults);
    let mut judgement =
        Judgement { role, under_age, consented_minor: false, birth: birth.map(|(_, day)| day), representative: None, faults };
    if role == Role::Minor && view.flag(Field::MinorConsentedCare, &mut judgement.faults) {
        judgement.role = Role::Adult;
        judgement.consented_minor = true;
    }
    if judgement.role == Role::Deceased {
        check_consent_after_death(view, death, &mut judgement.faults);
    }
    if judgement.role != Role::Adult {
        add_representative(view, name, &mut judgement);
    }
    judgement
}

fn status(view: &View, faults: &mut Vec<Fault>) -> (Status, RowIndex) {
    let mut found: Vec<(Status, RowIndex)> = Vec::new();
    for (row, value) in view.values(Field::Status) {
        match read_status(value) {
            Some(status) => found.push((status, row)),
            None => faults.push(Fault::doubt(
                row,
                Field::Status,
                "status-unknown",
                "the status is none that is known",
                "write adult, minor, deceased or represented, or leave it empty",
            )),
        }
    }
    let stated: Vec<(Status, RowIndex)> = found.iter().copied().filter(|(status, _)| *status != Status::Unstated).collect();
    let Some((first, row)) = stated.iter().copied().max_by_key(|(status, row)| (*status, std::cmp::Reverse(*row))) else {
        return (Status::Unstated, view.contact());
    };
    let differ = stated.iter().any(|(status, _)| *status != first);
    let living_and_dead = first == Status::Deceased && found.len() > stated.len();
    let age_tells = stated.iter().all(|(status, _)| matches!(status, Status::Adult | Status::Minor))
        && view.values(Field::BirthDate).any(|(_, value)| date_of_row(value).is_ok());
    if living_and_dead || differ && !age_tells {
        faults.push(contradiction(row, Field::Status, "the rows of this person give different statuses"));
    }
    (first, row)
}

fn read_status(value: &str) -> Option<Status> {
    let words = &ROLES.status;
    let known = [
        (&words.living, Status::Unstated),
        (&words.adult, Status::Adult),
        (&words.emancipated, Status::Emancipated),
        (&words.minor, Status::Minor),
        (&words.deceased, Status::Deceased),
        (&words.represented, Status::Represented),
    ];
    let value = value.to_lowercase().replace(['_', '-'], " ");
    known.iter().find(|(words, _)| words.contains(&value)).map(|(_, status)| *status)
}

fn is_living(value: &str) -> bool {
    ROLES.status.living.contains(&value.to_lowercase())
}

fn contradiction(row: RowIndex, field: Field, reason: &'static str) -> Fault {
    Fault::doubt(
        row,
        field,
        "status-contradiction",
        reason,
        "find out which is right and correct the list; a person who is released is told in the role that the dates give",
    )
}

/// The first date of a field that can be read; one that cannot be read is a fault.
fn date(view: &View, field: Field, code: &'static str, faults: &mut Vec<Fault>) -> Option<(RowIndex, Date)> {
    let mut first = None;
    for (row, value) in view.values(field) {
        match date_of_row(value) {
            Ok(day) => first = first.or(Some((row, day))),
            Err(fault) => faults.push(Fault::doubt(row, field, code, format!("the date {}", fault.reason()), fault.hint())),
        }
    }
    first
}

fn check_dates(view: &View, birth: Option<(RowIndex, Date)>, death: Option<(RowIndex, Date)>, mail_date: Date, faults: &mut Vec<Fault>) {
    let hint = "correct the date in the list, or release the person when the date does not matter";
    let mut doubt = |row, field, reason: &'static str| faults.push(Fault::doubt(row, field, "date-doubtful", reason, hint));
    for (row, value) in view.values(Field::BirthDate) {
        let Ok(day) = date_of_row(value) else { continue };
        if day > mail_date {
            doubt(row, Field::BirthDate, "the birth date lies after the mail date");
        }
        if day.year() < FIRST_BIRTH_YEAR || day == jiff::civil::date(FIRST_BIRTH_YEAR, 1, 1) {
            doubt(row, Field::BirthDate, "the birth date looks like a placeholder");
        }
    }
    let Some((row, death)) = death else { return };
    if death > mail_date {
        doubt(row, Field::DeathDate, "the date of death lies after the mail date");
    }
    if birth.is_some_and(|(_, birth)| birth > death) {
        doubt(row, Field::DeathDate, "the date of death lies before the birth date");
    }
}

fn check_adult(status: Status, row: RowIndex, age: Option<i16>, view: &View, faults: &mut Vec<Fault>) {
    match (status, age) {
        (Status::Minor, Some(age)) if age > OLDEST_FORMER_MINOR => {
            faults.push(contradiction(row, Field::Status, "the status says minor, but the birth date is that of an adult"));
        }
        (Status::Unstated, None) => faults.push(Fault::doubt(
            view.contact(),
            Field::BirthDate,
            "age-unknown",
            "there is neither a birth date nor a status, so the person may be a child",
            "add the birth date, write adult or minor in the status column, or release the person as an adult",
        )),
        _ => {}
    }
}

/// Rows that a ruling joined may give two birth dates: it matters when they differ in the role.
fn check_birth_dates_agree(view: &View, birth: Option<(RowIndex, Date)>, majority: u8, mail_date: Date, faults: &mut Vec<Fault>) {
    let Some((_, first)) = birth else { return };
    let under_age = |day: Date| age_on(day, mail_date) < i16::from(majority);
    let other = view.values(Field::BirthDate).find(|(_, value)| date_of_row(value).is_ok_and(|day| under_age(day) != under_age(first)));
    if let Some((row, _)) = other {
        faults.push(contradiction(row, Field::BirthDate, "the rows of this person give birth dates of a child and of an adult"));
    }
}

fn check_consent_after_death(view: &View, death: Option<(RowIndex, Date)>, faults: &mut Vec<Fault>) {
    let Some((_, death)) = death else { return };
    let later = view.values(Field::EmailConsentOn).find(|(_, value)| date_of_row(value).is_ok_and(|day| day > death));
    if let Some((row, _)) = later {
        faults.push(contradiction(row, Field::EmailConsentOn, "the agreement to e-mail was given after the date of death"));
    }
}

fn add_representative(view: &View, name: &PersonName, judgement: &mut Judgement) {
    let named = view.values(Field::RepresentativeName).filter_map(|(row, _)| {
        let (name, change) = read_representative(row, view.context.row(row))?;
        Some(Representative { row, name, change })
    });
    let mut named: Vec<Representative> = named.collect();
    named.sort_by_key(|representative| !Written::representative(view.context.row(representative.row), representative.row).has_street());
    let named = named.into_iter().next();
    let faults = &mut judgement.faults;
    if view.flag(Field::RepresentativeBlocked, faults) {
        // No ruling lifts it: one that was meant for a ZIP code would send the letter to whom it must not reach.
        faults.push(Fault::lack(
            view.value(Field::RepresentativeBlocked).map_or(view.contact(), |(row, _)| row),
            Field::RepresentativeBlocked,
            "representative-blocked",
            "the representative must not be told (45 CFR 164.502(g)(5))",
            "let the privacy officer decide who is told: name another representative in the row, or exclude the record",
        ));
    }
    match &named {
        Some(representative) => faults.extend(representative_faults(representative, name)),
        None if judgement.role == Role::Represented => faults.push(Fault::lack(
            view.contact(),
            Field::RepresentativeName,
            "representative-missing",
            "the status says that somebody represents the patient, but nobody is named",
            "add the representative's name, and the address where it is not the patient's",
        )),
        None => {}
    }
    judgement.representative = named;
}

fn representative_faults(representative: &Representative, patient: &PersonName) -> Option<Fault> {
    let doubt = |code, reason: &'static str, hint: &'static str| {
        Some(Fault::doubt(representative.row, Field::RepresentativeName, code, reason, hint))
    };
    let own = [fold(&patient.full()), fold(&format!("{} {} {}", patient.first, patient.last, patient.suffix))];
    if own.contains(&fold(&representative.name)) {
        let hint = "correct the name or the status, or release the person when both bear one name";
        return doubt("representative-is-patient", "the representative has the patient's own name", hint);
    }
    let kind = doubtful_words(&representative.name)?;
    let hint = "name the person who acts for the patient, or release the record when the name is right";
    if kind == "a note on a death" {
        return doubt(
            "representative-doubtful",
            "the representative is an estate or is marked as dead, not a person who can be told",
            hint,
        );
    }
    doubt("representative-doubtful", "the representative's name does not look like a person's", hint)
}

/// Residence for counts: a code that the rules know.
pub(super) fn jurisdiction(context: &Context, state: Option<&str>) -> Option<Jurisdiction> {
    let code = Jurisdiction::from_code(state?)?;
    context.rules.jurisdiction(code).map(|_| code)
}
