//! Reports of delivery.

use super::{Folder, refusal, shown, told};
use crate::deliver::received::BounceAction::{Delayed, Delivered, Failed};
use crate::deliver::received::{Bounces, read_bounces};

/// A report as Postfix writes it, with what differs.
fn report(status: &str, returned: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\
         Date: Mon, 2 Mar 2026 10:00:00 -0500\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"A.1/mx.example\"\n\n\
         This is a MIME-encapsulated message.\n\n--A.1/mx.example\nContent-Type: text/plain; charset=us-ascii\n\n\
         <ann.lee@mail.example>: unknown user\n\n--A.1/mx.example\nContent-Description: Delivery report\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n{status}\n\
         --A.1/mx.example\nContent-Type: message/rfc822\n\n{returned}--A.1/mx.example--\n"
    )
}

const FAILED: &str = "\nFinal-Recipient: rfc822; ann.lee@mail.example\nAction: failed\nStatus: 5.1.1\n";
const RETURNED: &str = "Message-ID: <0000007.lakeside@clinic.example>\nTo: ann.lee@mail.example\nSubject: A letter for you\n\nDear Ann\n";

fn single(message: impl AsRef<[u8]>) -> Bounces {
    let folder = Folder::new();
    let read = read_bounces(&folder.file("message.eml", message), "lakeside").unwrap();
    let shown = shown(&read).to_lowercase();
    assert!(!shown.contains("ann") && !shown.contains("mail.example"), "{shown}");
    read
}

#[test]
fn a_report_names_its_piece_and_what_became_of_it() {
    let read = single(report(FAILED, RETURNED));
    let bounce = &read.rows[0];
    assert_eq!((bounce.piece, bounce.action, bounce.status.as_str()), (7, Failed, "5.1.1"));
    assert_eq!(bounce.reported_on.map(|moment| moment.to_string()).as_deref(), Some("2026-03-02T15:00:00Z"));
    assert_eq!((read.rows.len(), read.messages, read.findings.len()), (1, 1, 0));
    let crlf = report(FAILED, RETURNED).replace('\n', "\r\n");
    assert_eq!(single(crlf).rows[0].piece, 7);
}

#[test]
fn every_action_is_read() {
    let table = [
        ("failed", "5.1.1", Failed),
        ("Failed", "4.4.7", Failed),
        ("delayed", "4.4.1", Delayed),
        ("delivered", "2.0.0", Delivered),
        ("relayed (to a gateway)", "2.1.5", Delivered),
        ("EXPANDED", "2.1.5 (list)", Delivered),
    ];
    for (action, status, expected) in table {
        let read = single(report(&format!("\nAction: {action}\nStatus: {status}\n"), RETURNED));
        let found: Vec<_> = read.rows.iter().map(|bounce| (bounce.action, bounce.status.as_str())).collect();
        assert_eq!(found, [(expected, &status[..5])], "{action}");
    }
}

#[test]
fn the_piece_is_found_wherever_a_server_puts_it() {
    let envelope = format!("Original-Envelope-Id: 0000007.lakeside\n{FAILED}");
    let nothing = "Subject: A letter for you\n\n";
    let by_reference = |header: &str| report(FAILED, nothing).replacen("Return-Path", &format!("{header}\nReturn-Path"), 1);
    let headers_only = report(FAILED, RETURNED).replace("message/rfc822\n", "text/rfc822-headers; charset=us-ascii\n");
    let messages = [
        report(&envelope, nothing),
        report(&envelope, RETURNED),
        headers_only,
        by_reference("In-Reply-To: <0000007.lakeside@clinic.example>"),
        by_reference("References: <other@x.example>\n <0000007.lakeside@clinic.example>"),
    ];
    for message in messages {
        assert_eq!(single(&message).rows.iter().map(|bounce| bounce.piece).collect::<Vec<_>>(), [7], "{message}");
    }
}

#[test]
fn a_letter_that_was_sent_on_has_several_outcomes() {
    let several = format!("{FAILED}\nAction: delivered\nStatus: 2.0.0\n{FAILED}");
    let found: Vec<_> = single(report(&several, RETURNED)).rows.iter().map(|bounce| bounce.action).collect();
    assert_eq!(found, [Failed, Delivered]);
}

#[test]
fn other_mail_is_counted_and_doubtful_reports_are_told() {
    let other = RETURNED.replace("lakeside", "harbor");
    let unmarked = "Message-ID: <x@y.example>\n\n";
    let broken = FAILED.replace("5.1.1", "bad");
    let away = "From: ann.lee@mail.example\nSubject: Out of office\nAuto-Submitted: auto-replied\nIn-Reply-To: <0000007.lakeside@c.example>\n\nI am away";
    let old = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nann.lee@mail.example: no.\n\nMessage-ID: <0000007.lakeside@clinic.example>\n";
    let mut two = RETURNED.to_owned();
    two.insert_str(0, "X: y\n");
    let two = report(&format!("Original-Envelope-ID: 0000008.lakeside\n{FAILED}"), &two);
    // Messages of another incident, without our id, ordinary, findings.
    let table = [
        (report(FAILED, &other), (1, 0, 0), ""),
        (report(FAILED, unmarked), (0, 1, 0), ""),
        (away.to_owned(), (0, 0, 1), ""),
        (report(&broken, RETURNED), (0, 0, 0), "0 bounce-unreadable"),
        (report(&format!("{FAILED}{broken}"), RETURNED), (0, 0, 0), "0 bounce-unreadable"),
        (report("", RETURNED), (0, 0, 0), "0 bounce-unreadable"),
        (report(FAILED, RETURNED).replace("message/delivery-status", "text/plain"), (0, 0, 0), "0 bounce-unreadable"),
        (old.to_owned(), (0, 0, 0), "0 bounce-unreadable"),
        (two, (0, 0, 0), "0 bounce-unreadable"),
        ("no message\n".to_owned(), (0, 0, 0), "0 bounce-no-message"),
    ];
    for (message, counts, finding) in table {
        let read = single(&message);
        assert_eq!((read.of_other_incidents, read.without_our_id, read.ordinary), counts, "{message}");
        assert_eq!((told(&read.findings).join(", ").as_str(), read.rows.len()), (finding, 0), "{message}");
    }
    assert!(single(old).findings[0].reason.contains("piece 0000007"));
}

#[test]
fn mailboxes_of_every_form_are_read() {
    let folder = Folder::new();
    let postmark = "From MAILER-DAEMON Mon Mar  2 10:00:00 2026";
    let second = report(FAILED, &RETURNED.replace("0000007", "0000008"));
    let mbox = folder
        .file("in.mbox", format!("{postmark}\n{}\n{postmark}\nSubject: hello\n\nhi\n\n{postmark}\n{second}", report(FAILED, RETURNED)));
    let read = read_bounces(&mbox, "lakeside").unwrap();
    let found: Vec<_> = read.rows.iter().map(|bounce| (bounce.piece, bounce.place.column.as_deref().unwrap_or_default())).collect();
    assert_eq!((found, read.messages, read.ordinary), (vec![(7, "message 1"), (8, "message 3")], 3, 1));

    folder.file("mail/new/2.mx", second);
    folder.file("mail/cur/1.mx:2,S", report(FAILED, RETURNED));
    folder.file("mail/cur/.hidden", "x");
    folder.file("mail/tmp/3.mx", "x");
    let read = read_bounces(&folder.0.path().join("mail"), "lakeside").unwrap();
    assert_eq!((read.rows.iter().map(|bounce| bounce.piece).collect::<Vec<_>>(), read.messages), (vec![7, 8], 2));

    assert_eq!(refusal(read_bounces(&folder.0.path().join("mail/tmp"), "lakeside")), ["0 no-maildir"]);
    assert_eq!(refusal(read_bounces(&folder.file("empty", ""), "lakeside")), ["0 received-empty"]);
    assert_eq!(refusal(read_bounces(&folder.0.path().join("nothing"), "lakeside")), ["0 unreadable"]);
}
