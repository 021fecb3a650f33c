//! Columns that are not ours, and what may be read off them: whether and to whom a letter may go.

use aho_corasick::AhoCorasick;

/// Beginnings of words in a header that speaks of mail.
const MAIL: [&str; 3] = [" mail", " letter", " postal"];

/// What makes one look twice at an entry of a column that nothing reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// That there is one: `Do Not Mail`.
    AnyEntry,
    /// That it is something else than a yes: `OK to Mail`.
    NoEntry,
    /// That it speaks of death or of not writing.
    Telling,
}

/// Words of aliases.toml about other columns than ours.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherColumns {
    words: Vec<String>,
    decisive: Vec<String>,
    decisive_words: Vec<String>,
    decisive_no: Vec<String>,
    harmless: Vec<String>,
    telling: Phrases,
}

/// Phrases that are looked for in any letters, all at once.
#[derive(serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
struct Phrases(AhoCorasick);

impl TryFrom<Vec<String>> for Phrases {
    type Error = aho_corasick::BuildError;

    fn try_from(phrases: Vec<String>) -> Result<Phrases, Self::Error> {
        AhoCorasick::builder().ascii_case_insensitive(true).build(phrases).map(Phrases)
    }
}

impl OtherColumns {
    /// Whether a header says that its column holds somebody else's values, or what is no longer right.
    pub(super) fn are_meant_by(&self, header: &str) -> bool {
        let lower = header.to_lowercase();
        let mut words = lower.split(|letter: char| !letter.is_alphabetic());
        words.any(|word| self.words.iter().any(|known| known == word))
    }

    /// Whether a header sounds like a column that decides whether and to whom a letter goes.
    fn is_decisive(&self, header: &str) -> bool {
        let mut words = words_of(header);
        // `Do Not Call or Mail` names two ways to reach somebody, and one of them is the letter's.
        if !MAIL.iter().any(|word| words.contains(word)) {
            for harmless in &self.harmless {
                words = words.replace(&format!(" {harmless}"), " /");
            }
        }
        let begins = |known: &String| words.contains(&format!(" {known}"));
        let stands = |known: &String| words.contains(&format!(" {known} "));
        self.decisive.iter().any(begins) || self.decisive_words.iter().any(stands)
    }

    /// What is watched for in a column of this name.
    pub(super) fn watch(&self, header: &str) -> Watch {
        let words = words_of(header);
        let asks_leave = || self.decisive_no.iter().any(|known| words.contains(&format!(" {known}")));
        match self.is_decisive(header) {
            true => Watch::AnyEntry,
            false if asks_leave() => Watch::NoEntry,
            false => Watch::Telling,
        }
    }

    /// Whether an entry speaks of death or of not writing.
    pub(super) fn tells(&self, entry: &str) -> bool {
        self.telling.0.is_match(entry)
    }
}

/// A header's words in small letters, with a blank before and behind each; of digits only a 3 is one: `DoNotMail`, `DO_NOT_MAIL` -> ` do not mail `.
fn words_of(header: &str) -> String {
    let letters: Vec<char> = header.chars().filter(|letter| !matches!(letter, '\'' | '’')).collect();
    let mut words = String::from(" ");
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map_or(' ', |before| letters[before]);
        let ends_capitals = before.is_uppercase() && letters.get(place + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (before.is_lowercase() || ends_capitals);
        if (begins || !letter.is_alphabetic()) && !words.ends_with(' ') {
            words.push(' ');
        }
        words.extend(letter.to_lowercase().filter(|letter| letter.is_alphabetic()));
        if *letter == '3' {
            words.push_str("three");
        }
    }
    words.push(' ');
    words.replace(" e mail", " email")
}

#[cfg(test)]
mod tests {
    use super::super::columns::ColumnNames;
    use super::*;

    const DECISIVE: [&str; 15] = [
        "DNM | Suppress | Suppress Mail | Mail Hold | Stop Mail | Not To Be Mailed | No Letter | No Letters | No Letter(s)",
        "No Correspondence | Hold | Exclude | Letter Sent | Already Notified | DO_NOT_MAIL | DoNotMail | DONOTMAIL",
        "Don't contact | Don’t Mail | Opt-Out YN | Bad Addr Flag | Address Invalid | Invalid Address | Return to Sender | RTS",
        "UAA | Undeliv | Returned Mail | do.not.mail | OptOut | MailHold2",
        "Confidential Comm. | Conf Comm Address | Conf Address | Conf Flag | Alt Address | Alternate Mailing Address",
        "Mailing Address Override | Temp Address | Temporary Address | Forwarding Address | Care Of | C/O | Mail To",
        "Confidentiality Code | Privacy Flag | Break The Glass | Sealed | Pt Restrictions | Sensitivity",
        "DV | DV Flag | IPV | Domestic Violence | Restraining Order | Protective Order | ACP | Victim | Shelter",
        "Date Died | Bereavement | Estate",
        "NOK | NOKPhone | Executor | Conservator | Conservatorship | Custodian | Custodial Parent | Custody | Foster Care",
        "Ward of State | DCFS | HCPOA | Healthcare POA | POA | Power of Attorney | Legal Rep | Personal Rep | Responsible Party",
        "Guardian Phone | Emancipated | Represented By Counsel | Attorney",
        "Inmate | Homeless | Test Patient | Merged Into | Duplicate Of",
        "DNC | Blocked | Undisclosed Address | Secure Address | Incapacitated | Adopted | Previously Notified | Duplicate | Address 3",
        "Do Not Call or Mail | Mail/Email Opt Out | Email Opt Out, Attorney",
    ];
    const HARMLESS: [&str; 5] = [
        "POA Indicator | Diagnosis POA | DX1_POA | Do Not Resuscitate | Email Opt Out | E-Mail Opted Out | EMAIL_OPTOUT",
        "SMS Opt Out | Fundraising Opt Out | HIE Opt Out | Do Not Call | DONOTCALL | Do Not Text | Do Not Email | DoNotEMail",
        "Minor Procedure | Minor Dx | Confidence Score | Restricted Diet | Insurance Expired | Policy Expired | Proxy ID",
        "Abuse Screening | Undeliverable Email | Diet | Ward | Unprotected | Donor status | Policy Holder | Household",
        "HouseHold ID | Co-pay | CO | Care Office | Parenteral |  | 12",
    ];

    #[test]
    fn a_name_that_sounds_decisive_is_found_however_it_is_typed() {
        let names = ColumnNames::load().unwrap();
        let watch = |header: &str| names.others.watch(header);
        for header in DECISIVE.iter().flat_map(|line| line.split(" | ")) {
            assert!(names.purpose(header).is_none() && watch(header) == Watch::AnyEntry, "{header}");
        }
        for header in HARMLESS.iter().flat_map(|line| line.split(" | ")) {
            assert!(watch(header) == Watch::Telling, "{header}");
        }
        for header in ["Send Letter", "Notify?", "OK to Mail", "Address Valid", "MAIL_FLAG"] {
            assert_eq!(watch(header), Watch::NoEntry, "{header}");
        }
    }

    #[test]
    fn entries_that_speak_of_death_or_of_not_writing_are_found_in_any_column() {
        let others = ColumnNames::load().unwrap().others;
        for entry in ["DECEASED do not mail", "pt passed away 3/4", "Expired", "returned mail 2x", "Do Not Contact", "safe address only"] {
            assert!(others.tells(entry), "{entry}");
        }
        for entry in ["", "Routine", "see chart", "prefers mornings", "no allergies"] {
            assert!(!others.tells(entry), "{entry}");
        }
    }
}
