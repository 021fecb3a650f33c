//! The states that approvals and jobs are bound to, as digests.

use crate::compose::Composer;
use crate::digest::hex;
use crate::error::{Error, Result};
use crate::incident::{BusinessAssociate, CallCenter, EmailSettings, IdentityService, Incident, Language, Logo};
use crate::recipients::{Disposition, MOVES_FILE, Recipient, Recipients};
use crate::rules::Rules;
use crate::typeset::Fonts;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Read as _;

/// Every text that counsel approves, by name: templates, rules, and what the incident and its providers put into letters.
pub(super) fn sealed_texts(incident: &Incident, rules: &Rules, composer: &Composer) -> Result<Vec<(String, String)>> {
    let mut texts: Vec<(String, String)> = composer.sources().map(|(name, text)| (format!("templates/{name}"), text.to_owned())).collect();
    texts.extend(rules.sources().map(|(name, text)| (format!("rules/{name}"), text.to_owned())));
    let providers = incident.folder.join("providers.csv");
    let bytes = fs_err::read(&providers).map_err(|error| Error::unreadable(&providers, &error))?;
    // What is no UTF-8 is taken byte by byte, so that no two files give one text.
    let as_text = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned())
    };
    texts.push(("providers.csv".to_owned(), as_text(bytes)));
    texts.push((crate::review::PRINTED_VALUES.to_owned(), printed_values(incident)));
    texts.extend(incident.providers.iter().filter_map(|provider| provider.logo.as_ref()).map(logo_text));
    texts.sort();
    // Providers may share a logo's file.
    texts.dedup();
    Ok(texts)
}

/// What stands for a logo in a seal: the digest of its file as it was read, so that what is printed is what was approved. Its
/// words for those who cannot see it stand in providers.csv.
fn logo_text(logo: &Logo) -> (String, String) {
    let Logo { file, picture, .. } = logo;
    (format!("logos/{file}.sha256.txt"), format!("SHA-256 of {file}: {}\n", hex(&picture.sha256)))
}

/// What incident.toml puts into letters, one value a line: lists, e-mail server and print settings may change without a new approval.
fn printed_values(incident: &Incident) -> String {
    let mut text = String::new();
    let mut put = |key: &str, value: &str| {
        for line in value.lines() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}: {line}");
        }
    };
    put("what_happened", &incident.what_happened);
    put("investigation", &incident.investigation);
    put("mitigation", &incident.mitigation);
    put("prevention", &incident.prevention);
    for language in Language::ALL {
        if let Some(prose) = incident.translations.get(&language) {
            let tag = language.tag();
            put(&format!("{tag}.what_happened"), &prose.what_happened);
            put(&format!("{tag}.investigation"), &prose.investigation);
            put(&format!("{tag}.mitigation"), &prose.mitigation);
            put(&format!("{tag}.prevention"), &prose.prevention);
        }
    }
    put("breach_began", &incident.breach_began.to_string());
    put("breach_ended", &incident.breach_ended.map(|day| day.to_string()).unwrap_or_default());
    put("discovered", &incident.discovered.to_string());
    put("mail_date", &incident.mail_date.to_string());
    put("sender", &format!("{:?}", incident.sender));
    if let Some(BusinessAssociate { name, discovered, informed, agent }) = &incident.business_associate {
        put("business_associate.name", name);
        put("business_associate.discovered", &discovered.to_string());
        put("business_associate.informed", &informed.to_string());
        put("business_associate.agent", &format!("{agent:?}"));
    }
    if let Some(IdentityService { vendor, product, months, enroll_url, enroll_phone, enroll_by }) = &incident.identity_service {
        put("identity_service.vendor", vendor);
        put("identity_service.product", product);
        put("identity_service.months", &months.to_string());
        put("identity_service.enroll_url", enroll_url);
        put("identity_service.enroll_phone", enroll_phone);
        put("identity_service.enroll_by", &enroll_by.to_string());
    }
    if let Some(EmailSettings { from, reply_to, subject, attach_pdf, .. }) = &incident.email {
        put("email.from", from);
        put("email.reply_to", reply_to);
        put("email.subject", subject);
        if !attach_pdf {
            put("email.attach_pdf", "false");
        }
    }
    let CallCenter { phone, hours, open_until, languages } = &incident.call_center;
    put("call_center.phone", phone);
    put("call_center.hours", hours);
    put("call_center.open_until", &open_until.map(|day| day.to_string()).unwrap_or_default());
    languages.iter().for_each(|language| put("call_center.languages", language));
    text
}

/// Digest of all sealed texts together.
pub(super) fn wording_digest(sources: &[(String, String)]) -> String {
    let mut digest = Sha256::new();
    for text in sources.iter().flat_map(|(name, text)| [name, text]) {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    hex(&digest.finalize())
}

/// The state of everything that letters are made from: sealed texts, lists, rulings, codes, fonts, print settings.
pub(super) fn job_digest(incident: &Incident, sources: &[(String, String)], fonts: &Fonts, draft: bool) -> Result<String> {
    let mut digest = Sha256::new();
    part(&mut digest, "engine", env!("CARGO_PKG_VERSION").as_bytes());
    part(&mut digest, "draft", &[u8::from(draft)]);
    for (name, text) in sources {
        part(&mut digest, name, text.as_bytes());
    }
    for (name, bytes) in fonts.files() {
        part(&mut digest, &format!("fonts/{name}"), bytes);
    }
    part(&mut digest, "print", format!("{:?} {:?}", incident.print.envelope, incident.print.duplex).as_bytes());
    let mut files: Vec<&str> = incident.lists.iter().map(|list| list.file.as_str()).collect();
    files.extend(incident.code_pools.iter().map(|pool| pool.file.as_str()));
    files.extend(["decisions.csv", "incident.toml", MOVES_FILE]);
    if incident.folder.join(super::seeds::FILE).exists() {
        files.push(super::seeds::FILE);
    }
    for file in files {
        let path = incident.folder.join(file);
        match fs_err::File::open(&path) {
            Ok(opened) => add_file(&mut digest, file, opened).map_err(|error| Error::unreadable(&path, &error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => part(&mut digest, file, b"absent"),
            Err(error) => return Err(Error::unreadable(&path, &error)),
        }
    }
    Ok(hex(&digest.finalize()))
}

/// Adds a part to a digest: its name and its bytes, each behind its length.
fn part(digest: &mut Sha256, name: &str, bytes: &[u8]) {
    for field in [name.as_bytes(), bytes] {
        digest.update((field.len() as u64).to_be_bytes());
        digest.update(field);
    }
}

/// Adds a file as a part, piece by piece: a list may be larger than what is to be held in memory.
fn add_file(digest: &mut Sha256, name: &str, mut file: fs_err::File) -> std::io::Result<()> {
    digest.update((name.len() as u64).to_be_bytes());
    digest.update(name.as_bytes());
    digest.update(file.metadata()?.len().to_be_bytes());
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            length => digest.update(&piece[..length]),
        }
    }
}

/// The recipient set that a release approves: who, how, where to, in which words.
pub(super) fn recipients_digest(recipients: &Recipients) -> String {
    let mut digest = Sha256::new();
    for recipient in recipients.people.iter() {
        let text = recipient_text(&recipient);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    hex(&digest.finalize())
}

/// Everything of a recipient that decides who gets what; only its digest leaves this function's caller.
fn recipient_text(recipient: &Recipient) -> String {
    let disposition = match &recipient.disposition {
        Disposition::Letter => "letter",
        Disposition::Email => "email",
        Disposition::Held(finding) => finding.code,
        Disposition::Excluded { clause, .. } => clause,
    };
    let address = recipient.address.as_ref().map(|address| address.reveal().lines().join("\n")).unwrap_or_default();
    let private = |value: &Option<crate::privacy::Private<String>>| value.as_ref().map(|value| value.reveal().clone()).unwrap_or_default();
    let elements = recipient.elements.iter().map(crate::intake::Element::id).collect::<Vec<_>>().join(";");
    [
        recipient.key.0.as_str(),
        &recipient.record,
        disposition,
        recipient.role.id(),
        recipient.language.tag(),
        if recipient.large_print { "large" } else { "" },
        &recipient.name.reveal().full(),
        &private(&recipient.representative),
        &address,
        &private(&recipient.email),
        &private(&recipient.activation_code),
        &elements,
    ]
    .join("\0")
}
