//! One line of the file of allowed signers: `ROLES [OPTIONS] TYPE KEY [COMMENT]`.

use super::key;
use super::patterns::Patterns;
use super::span::{self, Span};
use crate::error::Sentence;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

/// A key, and what it is tied to.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Roles that the key may sign as.
    pub roles: Patterns,
    /// What the key may sign; absent when everything.
    pub namespaces: Option<Patterns>,
    /// When the key is valid.
    pub valid: Span,
    /// The public key.
    pub key: KeyData,
    /// The rest of the line; empty when there is none.
    pub comment: String,
}

/// What is wrong with a line, and what to do about it.
pub(super) struct Fault {
    /// Lower case, no final period.
    pub reason: Sentence,
    /// Lower case, no final period.
    pub hint: Sentence,
}

const FORM: &str = "write ROLE TYPE KEY COMMENT, the last three as in the signer's .pub file: counsel ssh-ed25519 AAAA… Ann Counsel";

fn fault(reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Fault {
    Fault { reason: reason.into(), hint: hint.into() }
}

impl Entry {
    /// Reads a line that is neither empty nor a comment.
    pub(super) fn read(line: &str) -> Result<Entry, Fault> {
        if line.chars().any(|c| c.is_control() && c != '\t') {
            return Err(fault("the line has a control character", FORM));
        }
        let (roles, rest) = field(line)?;
        let roles = Patterns::read(unquoted(roles)).ok_or_else(|| fault("a role is empty", FORM))?;
        let (word, after) = field(rest)?;
        let (options, rest) = if is_key_type(word) { (Options::default(), rest) } else { (Options::read(word)?, after) };
        let (kind, rest) = field(rest)?;
        let (encoded, comment) = field(rest)?;
        let key = read_key(kind, encoded)?;
        Ok(Entry { roles, namespaces: options.namespaces, valid: options.valid, key, comment: comment.to_owned() })
    }
}

#[derive(Default)]
struct Options {
    namespaces: Option<Patterns>,
    valid: Span,
}

impl Options {
    fn read(text: &str) -> Result<Options, Fault> {
        let mut options = Options::default();
        for option in split_outside_quotes(text, |c| c == ',') {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = unquoted(value);
            match name.to_ascii_lowercase().as_str() {
                "namespaces" if options.namespaces.is_none() => {
                    let namespaces =
                        Patterns::read(value).ok_or_else(|| fault("`namespaces` has an empty name", "name what the key may sign"))?;
                    options.namespaces = Some(namespaces);
                }
                "valid-after" if options.valid.after.is_none() => options.valid.after = Some(moment("valid-after", value)?),
                "valid-before" if options.valid.before.is_none() => options.valid.before = Some(moment("valid-before", value)?),
                "namespaces" | "valid-after" | "valid-before" => return Err(fault("an option is given twice", "give each option once")),
                "cert-authority" => {
                    return Err(fault("`cert-authority` is not supported", "list each signer's own key instead of the authority's"));
                }
                _ => return Err(fault("neither a key type nor an option that is known", FORM)),
            }
        }
        if options.valid.is_empty() {
            return Err(fault("`valid-before` is not after `valid-after`", "correct the two: the key would never be valid"));
        }
        Ok(options)
    }
}

fn moment(option: &str, value: &str) -> Result<jiff::civil::DateTime, Fault> {
    span::moment(value).ok_or_else(|| fault(format!("`{option}` is no date"), format!("write a date such as {option}=\"20260131\"")))
}

fn read_key(kind: &str, encoded: &str) -> Result<KeyData, Fault> {
    if kind.is_empty() || encoded.is_empty() {
        return Err(fault("the key is missing", FORM));
    }
    if kind.contains("-cert-") {
        return Err(fault("certificates are not supported", "list the signer's own key"));
    }
    let key = PublicKey::from_openssh(&format!("{kind} {encoded}"));
    let key =
        key.map_err(|_| fault("the key cannot be understood", "copy type and key from the signer's .pub file, whole and in one line"))?;
    match key::unusable(key.key_data()) {
        Some(reason) => Err(fault(reason, key::USABLE)),
        None => Ok(key.into()),
    }
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start))
}

/// The text up to the next blank outside of quotes, and what follows it; both empty at the end.
fn field(text: &str) -> Result<(&str, &str), Fault> {
    let text = text.trim();
    let first = split_outside_quotes(text, |c| c == ' ' || c == '\t').next().unwrap_or_default();
    if first.matches('"').count() % 2 == 1 {
        return Err(fault("a quotation mark is not closed", "close it, or remove it"));
    }
    Ok((first, text[first.len()..].trim()))
}

fn split_outside_quotes(text: &str, is_end: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '"';
        !is_quoted && is_end(c)
    })
}

/// The text without the quotation marks around it, if it has them.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
