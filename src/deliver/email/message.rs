//! One message: text, HTML and the letter as PDF. The same input gives the same bytes.

use super::header_value::{checked, mailbox, plain_address};
use crate::deliberate::panic_at;
use crate::error::{Error, Place, Result};
use crate::incident::EmailSettings;
use crate::ledger::Piece;
use crate::privacy::Private;
use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};
use std::time::{Duration, UNIX_EPOCH};

/// The boundaries hold `=_`, which quoted-printable and base64 never produce (RFC 2045, 6.7).
const MIXED: &str = "=_mixed";
const ALTERNATIVE: &str = "=_alternative";

/// A letter on its way to one person.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The piece.
    pub piece: Piece,
    /// Address of the person, without a name.
    pub to: Private<String>,
    /// BCP 47 tag of the letter's language.
    pub language_tag: &'static str,
    /// The HTML part.
    pub html: Private<String>,
    /// The text part.
    pub text: Private<String>,
    /// The letter as it would be printed; absent when it is not to go along.
    pub pdf: Option<Private<Vec<u8>>>,
    /// File name of the attachment, such as `notice-0000001.pdf`: letters, digits, `-`, `_` and `.`.
    pub pdf_name: String,
}

/// What all messages of an incident share, checked once.
#[derive(Debug, Clone)]
pub struct Letterhead {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    subject: String,
    incident: String,
}

impl Letterhead {
    /// Checks the settings of `[email]`. An empty `reply_to` leaves that header out.
    ///
    /// # Errors
    /// Refused when an address or the subject cannot be used.
    pub fn new(settings: &EmailSettings, incident_id: &str) -> Result<Letterhead> {
        let subject = checked(&settings.subject, "subject")?.trim();
        if subject.is_empty() {
            let place = Place::file("incident.toml").column("email.subject");
            return Err(Error::refused("email-setting", place, "subject is empty", "write a neutral subject, without any patient data"));
        }
        if incident_id.is_empty() || !incident_id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(Error::bug("the incident id is not fit for a message id"));
        }
        let reply_to = settings.reply_to.trim();
        Ok(Letterhead {
            from: mailbox(&settings.from, "from")?,
            reply_to: if reply_to.is_empty() { None } else { Some(mailbox(reply_to, "reply_to")?) },
            subject: subject.to_owned(),
            incident: incident_id.to_owned(),
        })
    }

    /// The address in the envelope, to which bounces go.
    pub(super) fn sender(&self) -> &Address {
        &self.from.email
    }

    /// The complete message, as it goes after DATA and into an `.eml` file. Its Message-ID names the piece and stays the
    /// same for every attempt, so that a receiving server can tell a second copy and a person can find it in its logs.
    ///
    /// # Errors
    /// Refused when the person's address cannot be used (code `email-address`).
    pub fn message(&self, date: Timestamp, outgoing: &Outgoing) -> Result<Vec<u8>> {
        let to = recipient(outgoing)?;
        panic_at("deliver email", outgoing);
        if !outgoing.pdf_name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            return Err(Error::bug("the file name of the attachment is not plain"));
        }
        let since_1970 = u64::try_from(date.as_second()).map_err(|_| Error::bug("the date of a message lies before 1970"))?;
        let id = format!("<{:07}.{}@{}>", outgoing.piece, self.incident, self.from.email.domain());
        let mut message = Message::builder()
            .date(UNIX_EPOCH + Duration::from_secs(since_1970))
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject.clone())
            .raw_header(header("Auto-Submitted", "auto-generated"))
            // Holiday replies are noise; reports of non-delivery are wanted, so not `All`.
            .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"))
            .raw_header(header("Content-Language", outgoing.language_tag));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let message = message.multipart(parts(outgoing)?).map_err(|_| Error::bug("the message could not be built"))?;
        Ok(message.formatted())
    }
}

/// The person's address.
///
/// # Errors
/// Refused when it is not an address; the finding names the piece, never the address.
pub(super) fn recipient(outgoing: &Outgoing) -> Result<Address> {
    plain_address(outgoing.to.reveal()).ok_or_else(|| {
        Error::refused(
            "email-address",
            Place::file(format!("piece {:07}", outgoing.piece)),
            "the e-mail address cannot be used",
            "correct the address in the list, or withdraw the consent so that the notice goes by mail",
        )
    })
}

fn parts(outgoing: &Outgoing) -> Result<MultiPart> {
    use ContentTransferEncoding::{Base64, QuotedPrintable};
    let encoded = |content: Result<Body, Vec<u8>>| content.map_err(|_| Error::bug("a part of the message could not be encoded"));
    let text = encoded(Body::new_with_encoding(outgoing.text.reveal().clone(), QuotedPrintable))?;
    let html = encoded(Body::new_with_encoding(outgoing.html.reveal().clone(), QuotedPrintable))?;
    let pdf_type = ContentType::parse("application/pdf").map_err(|_| Error::bug("application/pdf is not a content type"))?;
    let alternative = MultiPart::alternative()
        .boundary(ALTERNATIVE)
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html));
    let Some(pdf) = &outgoing.pdf else { return Ok(alternative) };
    let pdf = encoded(Body::new_with_encoding(pdf.reveal().clone(), Base64))?;
    let attachment = Attachment::new(outgoing.pdf_name.clone()).body(pdf, pdf_type);
    Ok(MultiPart::mixed().boundary(MIXED).multipart(alternative).singlepart(attachment))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
