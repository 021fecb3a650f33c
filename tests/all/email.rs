//! A real Postfix takes the notices: what lands in the mailbox is each recipient's own and nobody else's.

use crate::expected::{BY_EMAIL, Expected, everyone, flat};
use crate::harness::{Home, body, pages};
use mail_parser::{Message, MessageParser, MimeHeaders};
use std::time::{Duration, Instant};

const SUBJECT: &str = "An important notice from your care provider";
/// Of the account `clerk` in `tests/setup/postfix`.
const PASSWORD: &str = "breachnotice";

pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run tests/run, which starts Postfix"))
}

/// A released incident with an id of its own, so that parallel tests find their messages, and the test server's address.
fn released(id: &str) -> Home {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "id = \"lakeside-2026\"", &format!("id = \"{id}\""));
    home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &format!("smtp://{}", setting("BREACHNOTICE_TEST_SMTP")));
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("release lakeside --by Ben").exits(0);
    home
}

/// An id that no earlier run used on the same mailbox.
pub(crate) fn fresh(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// The messages of an incident in the mailbox, once there are so many: Postfix delivers a moment after it accepts.
fn delivered(id: &str, wanted: usize) -> Vec<Vec<u8>> {
    let mailbox = setting("BREACHNOTICE_TEST_MAILBOX");
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let found = mailbox_of(&mailbox, id);
        if found.len() >= wanted || Instant::now() > until {
            assert_eq!(found.len(), wanted, "messages of {id} in {mailbox}");
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn mailbox_of(mailbox: &str, id: &str) -> Vec<Vec<u8>> {
    // The folder is made with the first delivery.
    let Ok(entries) = std::fs::read_dir(mailbox) else { return Vec::new() };
    let messages = entries.filter_map(|entry| std::fs::read(entry.unwrap().path()).ok());
    let ours = format!(".{id}@lakeside.example>");
    messages
        .filter(|bytes| MessageParser::default().parse(bytes).unwrap().message_id().is_some_and(|own| format!("{own}>").ends_with(&ours)))
        .collect()
}

#[test]
fn each_notice_is_its_recipients_and_nobody_elses() {
    let id = fresh("each");
    let home = released(&id);
    let sent = home.run("send lakeside --json").exits(0).json();
    assert_eq!(sent, serde_json::json!({ "emails": 2, "sent": 2, "deferred": 0, "failed": 0, "uncertain": 0, "outstanding": 0 }));
    let everyone = everyone();
    let mut told = Vec::new();
    for bytes in delivered(&id, 2) {
        let message = MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap().address().unwrap();
        let person = everyone.iter().find(|person| person.email == to).unwrap_or_else(|| panic!("a stranger was told: {to}"));
        holds_their_own(&home, &message, person, &everyone);
        told.push(person.record.clone());
    }
    told.sort();
    assert_eq!(told, BY_EMAIL);

    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["emails"], serde_json::json!({ "total": 2, "states": { "sent": 2 } }));
    assert_eq!(status["letters"], serde_json::json!({ "total": 40, "states": { "waiting": 40 } }));
}

#[track_caller]
fn holds_their_own(home: &Home, message: &Message, person: &Expected, everyone: &[Expected]) {
    assert_eq!(message.subject(), Some(SUBJECT));
    assert_eq!(message.from().unwrap().first().unwrap().address(), Some("notices@lakeside.example"));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("privacy@lakeside.example"));
    assert_eq!((message.to().unwrap().iter().count(), message.cc(), message.bcc()), (1, None, None), "nobody else is written to");
    let header = |name: &str| message.header_raw(name).map(|value| value.trim().to_owned());
    assert_eq!(header("Content-Language").as_deref(), Some(if person.spanish { "es" } else { "en" }));
    assert_eq!((message.text_body_count(), message.html_body_count(), message.attachment_count()), (1, 1, 1));

    let text = message.body_text(0).unwrap();
    person.is_told_by(&text.replace("\n- ", "\n• "), everyone);
    let html = message.body_html(0).unwrap();
    person.is_told_by(&plain(&html), everyone);
    assert!(html.contains(&format!("lang=\"{}\"", if person.spanish { "es" } else { "en" })), "the HTML part names its language");
    for loaded in ["<script", "<img", "<link", "src=", "@import", "url("] {
        assert!(!html.contains(loaded), "the HTML part loads nothing from elsewhere: {loaded}");
    }

    let attachment = message.attachment(0).unwrap();
    let kind = attachment.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("application", Some("pdf")));
    let name = attachment.attachment_name().unwrap();
    let piece = message.message_id().unwrap().split('.').next().unwrap();
    assert_eq!(home.records_of_pieces("lakeside")[piece], format!("patients.csv:{}", person.record));
    assert_eq!(name, format!("notice-{piece}.pdf"));
    let file = home.path(name);
    std::fs::write(&file, attachment.contents()).unwrap();
    let pages = pages(&file);
    let body: Vec<&str> = pages.iter().map(|page| body(page)).collect();
    person.is_told_by(&body.join("\n"), everyone);
    assert!(!flat(&pages.concat()).contains("D R A F T"));
}

/// The words of an HTML text, list items with bullets.
fn plain(html: &str) -> String {
    let body =
        html.split("<body").nth(1).unwrap().replace("<li", " • <li").replace("<br", " <br").replace("</p>", " ").replace("</h2>", " ");
    let mut text = String::new();
    let mut inside = true;
    for letter in body.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if inside => {}
            other => text.push(other),
        }
    }
    text.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[test]
fn nobody_is_told_twice() {
    let id = fresh("twice");
    let home = released(&id);
    home.run("send lakeside").exits(0).prints("2 e-mails now: 2 sent");
    delivered(&id, 2);
    home.run("send lakeside").exits(0).prints("0 e-mails now: 0 sent, 0 deferred, 0 failed, 0 uncertain; 2 e-mail notices in all");
    home.run("send lakeside --worker second").exits(0).prints("0 e-mails now");
    // Time for a message that should not be there to arrive.
    std::thread::sleep(Duration::from_millis(500));
    delivered(&id, 2);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
}

#[test]
fn a_rehearsal_sends_and_marks_nothing() {
    let id = fresh("rehearsal");
    let home = released(&id);
    home.run("send lakeside --dry-run").exits(0).prints("wrote 2 messages");
    home.is_private("lakeside/dry-run");
    let everyone = everyone();
    for (name, bytes) in home.files("lakeside/dry-run") {
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.message_id().unwrap(), format!("{}.{id}@lakeside.example", name.trim_end_matches(".eml")));
        let to = message.to().unwrap().first().unwrap().address().unwrap();
        holds_their_own(&home, &message, everyone.iter().find(|person| person.email == to).unwrap(), &everyone);
    }
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["emails"], serde_json::json!({ "total": 2, "states": { "waiting": 2 } }));
    std::thread::sleep(Duration::from_millis(300));
    delivered(&id, 0);
    home.run("send lakeside").exits(0).prints("2 sent");
    delivered(&id, 2);
}

#[test]
fn a_server_that_is_not_there_loses_nothing() {
    let id = fresh("absent");
    let home = released(&id);
    let server = setting("BREACHNOTICE_TEST_SMTP");
    // A port that was free a moment ago: nobody answers there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    home.edit("lakeside/incident.toml", &server, &free.to_string());
    home.run("send lakeside").exits(4);
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["emails"]["states"].get("sent"), None, "{status}");
    home.edit("lakeside/incident.toml", &free.to_string(), &server);
    home.run("send lakeside").exits(0).prints("2 sent");
    delivered(&id, 2);
}

#[test]
fn an_agreement_that_ends_after_the_e_mail_went_keeps_nobody_else_back() {
    let home = released(&fresh("ended"));
    home.run("send lakeside").exits(0).prints("2 sent");
    let list = home.read("lakeside/patients.csv");
    let agreed = list.lines().find(|line| line.starts_with("LS-0014,")).unwrap().to_owned();
    let ended = agreed.split(',').enumerate().map(|(at, cell)| if at == 24 { "" } else { cell }).collect::<Vec<_>>().join(",");
    home.edit("lakeside/patients.csv", &agreed, &ended);
    home.run("release lakeside --by Ben").exits(0);
    let told = "1 letter left out: the notice went, or is going, by e-mail";
    home.run("export lakeside --out package").exits(0).prints("40 letters").says(told);
}

/// Lets a released incident go by another of the test server's ways, whose certificate is trusted.
fn goes_by(home: &Home, url: &str) {
    let authority = setting("BREACHNOTICE_TEST_AUTHORITY");
    let settings = format!("smtp = \"{url}\"\nauthority = \"{authority}\"");
    home.edit("lakeside/incident.toml", &format!("smtp = \"smtp://{}\"", setting("BREACHNOTICE_TEST_SMTP")), &settings);
}

/// The ways to the test server that are protected and ask for an account, as URLs.
fn protected_ways() -> [String; 2] {
    [("smtp+starttls", "BREACHNOTICE_TEST_SUBMISSION"), ("smtps", "BREACHNOTICE_TEST_SMTPS")]
        .map(|(scheme, server)| format!("{scheme}://clerk@{}", setting(server)))
}

/// Demands that a send stops with a finding, sends nothing, and loses nothing: with everything put right, it all arrives once.
#[track_caller]
fn sends_nothing_until(home: &mut Home, id: &str, code: &str, put_right: impl FnOnce(&mut Home)) {
    home.run("send lakeside").exits(4).says(&format!("[{code}]"));
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["emails"]["states"].get("sent"), None, "{status}");
    // Time for a message that should not be there to arrive.
    std::thread::sleep(Duration::from_millis(300));
    delivered(id, 0);
    put_right(home);
    home.run("send lakeside").exits(0).prints("2 sent");
    delivered(id, 2);
}

#[test]
fn over_a_protected_connection_with_an_account_each_notice_arrives_once() {
    for (way, url) in protected_ways().into_iter().enumerate() {
        let id = fresh(&format!("protected-{way}"));
        let mut home = released(&id);
        goes_by(&home, &url);
        home.run("send lakeside").exits(3).says("there is no password");
        if way == 0 {
            home.set("BREACHNOTICE_SMTP_PASSWORD", PASSWORD);
        } else {
            home.write("password", &format!("{PASSWORD}\n"));
            home.set("BREACHNOTICE_SMTP_PASSWORD_FILE", "password");
        }
        home.run("send lakeside").exits(0).prints("2 e-mails now: 2 sent");
        home.run("send lakeside").exits(0).prints("0 e-mails now");
        let everyone = everyone();
        for bytes in delivered(&id, 2) {
            let message = MessageParser::default().parse(&bytes).unwrap();
            let to = message.to().unwrap().first().unwrap().address().unwrap();
            holds_their_own(&home, &message, everyone.iter().find(|person| person.email == to).unwrap(), &everyone);
            let received = message.header_raw("Received").unwrap();
            assert!(received.contains("with ESMTPSA"), "neither protected nor signed in: {received}");
        }
        let status = home.run("status lakeside --json").exits(0).json();
        assert_eq!(status["emails"], serde_json::json!({ "total": 2, "states": { "sent": 2 } }));
    }
}

#[test]
fn a_wrong_password_sends_nothing() {
    for (way, url) in protected_ways().into_iter().enumerate() {
        let id = fresh(&format!("account-{way}"));
        let mut home = released(&id);
        goes_by(&home, &url);
        home.set("BREACHNOTICE_SMTP_PASSWORD", "hunter2");
        sends_nothing_until(&mut home, &id, "smtp-account", |home| {
            home.set("BREACHNOTICE_SMTP_PASSWORD", PASSWORD);
        });
    }
}

#[test]
fn a_certificate_that_is_not_trusted_for_the_host_gets_nothing() {
    let authority = format!("authority = \"{}\"", setting("BREACHNOTICE_TEST_AUTHORITY"));
    for (way, url) in protected_ways().into_iter().enumerate() {
        let other_host = url.replace("localhost", "127.0.0.1");
        for (fault, right, wrong) in [("authority", authority.as_str(), ""), ("host", &url, &other_host)] {
            let id = fresh(&format!("certificate-{way}-{fault}"));
            let mut home = released(&id);
            home.set("BREACHNOTICE_SMTP_PASSWORD", PASSWORD);
            goes_by(&home, &url);
            let trusted = home.read("lakeside/incident.toml");
            home.edit("lakeside/incident.toml", right, wrong);
            sends_nothing_until(&mut home, &id, "smtp-certificate", |home| {
                home.write("lakeside/incident.toml", &trusted);
            });
        }
    }
}

#[test]
fn a_server_that_demands_protection_gets_nothing_without() {
    let id = fresh("unprotected");
    let mut home = released(&id);
    home.set("BREACHNOTICE_SMTP_PASSWORD", PASSWORD);
    let [protected, _] = protected_ways();
    let server = setting("BREACHNOTICE_TEST_SUBMISSION");
    goes_by(&home, &format!("smtp://clerk@{server}"));
    home.run("send lakeside").exits(4).says("[smtp-account]");
    home.edit("lakeside/incident.toml", &format!("smtp://clerk@{server}"), &format!("smtp://{server}"));
    sends_nothing_until(&mut home, &id, "smtp-sender-refused", |home| {
        home.edit("lakeside/incident.toml", &format!("smtp://{server}"), &protected);
    });
}
