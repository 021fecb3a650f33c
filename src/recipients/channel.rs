//! How, and in which language and form, a person is told.

use super::Role;
use super::address::Destination;
use super::hold::Fault;
use super::roles::Judgement;
use super::view::View;
use super::vocabulary::{CHANNEL, ROLES};
use crate::error::Finding;
use crate::incident::{Language, ProviderIndex};
use crate::intake::dates::date_of_row;
use crate::intake::{Field, RowIndex};
use jiff::civil::Date;

/// Longest e-mail address that SMTP carries (RFC 5321, 4.5.3.1.3, without the brackets).
const LONGEST_EMAIL: usize = 254;

/// The e-mail address to which the notice may go instead of a letter (45 CFR 164.404(d)(1)(i)); `None` means a letter.
///
/// An agreement that is unclear in any way counts as none: a letter is always lawful.
pub(super) fn email(
    view: &View,
    judgement: &Judgement,
    destination: &Destination,
    provider: Option<ProviderIndex>,
    warnings: &mut Vec<Finding>,
) -> Option<String> {
    let incident = view.context.incident;
    let in_person = judgement.role == Role::Adult && !judgement.consented_minor && !destination.confidential;
    let state = view.home_state();
    let letter_only = CHANNEL.letter_only.iter().any(|law| state == Some(law.state.as_str()));
    if incident.email.is_none() || !in_person || letter_only {
        return None;
    }
    let mail_date = view.context.mail_date(provider);
    let provider_email = provider.map_or("", |provider| incident.provider(provider).email.as_str());
    let agreed = view.rows.iter().copied().find(|row| agrees(view, *row, mail_date, warnings))?;
    if view.values(Field::EmailConsentWithdrawnOn).any(|(_, value)| date_of_row(value).map_or(true, |day| day <= mail_date)) {
        return None;
    }
    let (_, newest) = view.value(Field::Email)?;
    let email = view.context.row(agreed).get(Field::Email);
    let usable = is_email(email) && email.eq_ignore_ascii_case(newest) && !email.eq_ignore_ascii_case(provider_email);
    usable.then(|| email.to_owned())
}

/// Whether a row holds an e-mail address with an agreement that is in force and covers this notice.
fn agrees(view: &View, row: RowIndex, mail_date: Date, warnings: &mut Vec<Finding>) -> bool {
    let values = view.context.row(row);
    let (email, agreed_on) = (values.get(Field::Email), values.get(Field::EmailConsentOn));
    if email.is_empty() || agreed_on.is_empty() {
        return false;
    }
    let Ok(agreed_on) = date_of_row(agreed_on) else {
        warnings.push(view.context.warning(
            row,
            Field::EmailConsentOn,
            "consent-unreadable",
            "the date of the agreement to e-mail cannot be read, so a letter is sent",
            "write it as year-month-day, such as 2021-05-17, when the notice should go by e-mail",
        ));
        return false;
    };
    agreed_on <= mail_date && scope_covers(values.get(Field::EmailConsentScope))
}

/// Whether the scope of an agreement covers a breach notice: blank, or nothing but words that do.
fn scope_covers(scope: &str) -> bool {
    let scope = scope.to_lowercase();
    let words: Vec<&str> = scope.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let known = |word: &&str| CHANNEL.scope.agrees.contains(*word) || CHANNEL.scope.with.contains(*word);
    words.is_empty() || words.iter().all(known) && words.iter().any(|word| CHANNEL.scope.agrees.contains(*word))
}

/// An address that can be written into a message header without any quoting.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let nobody = CHANNEL.email.nobody.contains(&local.to_ascii_lowercase());
    local_fits && !nobody && text.len() <= LONGEST_EMAIL && domain.contains('.') && domain.split('.').all(label_fits)
}

/// The language of the letter; one that no letter exists in is a warning.
pub(super) fn language(view: &View, warnings: &mut Vec<Finding>) -> Language {
    for (row, value) in view.values(Field::Language) {
        let word = value.to_lowercase();
        let words = &CHANNEL.language;
        if words.es.contains(&word) {
            return Language::Spanish;
        }
        if words.en.contains(&word) {
            return Language::English;
        }
        if !words.unknown.contains(&word) {
            warnings.push(view.context.warning(
                row,
                Field::Language,
                "language-not-translated",
                "there is no translation in this person's language, so the letter is in English",
                "have the letter translated by a qualified person (45 CFR 92.201), or enclose the sheet on language assistance",
            ));
            return Language::English;
        }
    }
    Language::English
}

/// Whether large print is asked for; a form that we cannot print is a fault.
pub(super) fn large_print(view: &View, faults: &mut Vec<Fault>) -> bool {
    let mut large = false;
    for (row, value) in view.values(Field::AlternateFormat) {
        let words = value.to_lowercase().replace(['_', '-', '/'], " ");
        let words = words.trim().to_owned();
        if ROLES.format.large_print.contains(&words) {
            large = true;
        } else if !ROLES.format.standard.contains(&words) {
            faults.push(Fault::doubt(
                row,
                Field::AlternateFormat,
                "alternate-format",
                "the person needs a form that is not printed here, such as braille or audio",
                "route the notice to a person who prepares that form, then exclude the record, or release it when a printed letter will do",
            ));
        }
    }
    large
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_need_no_quoting_are_usable() {
        for usable in ["a@b.co", "ann.lee+notes@mail.example.org", "o'brien@example.com"] {
            assert!(is_email(usable), "{usable}");
        }
        let refused = [
            "",
            "a",
            "a@b",
            "a@@b.co",
            "a@b.co@c.co",
            "a b@c.co",
            "a@b..co",
            "a@.co",
            "a@b.co.",
            "\"a\"@b.co",
            "a,b@c.co",
            "a\n@b.co",
            "none@none.com",
            "<a@b.co>",
            ".a@b.co",
            "é@b.co",
            "a@-b.co",
        ];
        for refused in refused {
            assert!(!is_email(refused), "{refused}");
        }
    }

    #[test]
    fn a_scope_that_speaks_of_something_else_is_no_agreement() {
        for covers in ["", "breach notices", "All", "electronic communications", "all electronic mail", "Notices required by HIPAA"] {
            assert!(scope_covers(covers), "{covers}");
        }
        for other in [
            "billing",
            "billing notices",
            "electronic statements",
            "marketing",
            "no breach notices",
            "all except breach",
            "portal",
            "email",
        ] {
            assert!(!scope_covers(other), "{other}");
        }
    }
}
