//! The whole story of a notice, from the first package to the last person: 2,000 invented people, and everyone is accounted for.

use crate::email::{fresh, setting};
use crate::harness::{Home, rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A released drill of 2,000 people whose e-mails a real Postfix takes.
fn released(id: &str) -> Home {
    let home = Home::new();
    home.run("drill d --people 2000 --seed 7").exits(0);
    let toml = home.read("d/incident.toml");
    let own = toml.lines().find(|line| line.starts_with("id = ")).unwrap().to_owned();
    home.edit("d/incident.toml", &own, &format!("id = \"{id}\""));
    home.edit("d/incident.toml", "smtp://127.0.0.1:2525", &format!("smtp://{}", setting("BREACHNOTICE_TEST_SMTP")));
    home.run("approve d --by Ada --role counsel --accept-stale test").exits(1);
    home.run("release d --by Ben").exits(1);
    home
}

fn status(home: &Home) -> Value {
    let status = home.run("status d --json").exits(1).json();
    assert_eq!(status["closes"], true);
    for channel in ["letters", "emails"] {
        let states: u64 = status[channel]["states"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(status[channel]["total"], states, "{status}");
    }
    status
}

/// The pieces of a package, in its order.
fn pieces(home: &Home, package: &Value) -> Vec<BTreeMap<String, String>> {
    rows(&home.read(&format!("{}/pieces.csv", package["package"].as_str().unwrap())))
}

fn numbers(pieces: &[BTreeMap<String, String>]) -> Vec<&str> {
    pieces.iter().map(|piece| piece["piece_id"].as_str()).collect()
}

/// Takes a file in twice: the second time changes nothing.
#[track_caller]
fn receives(home: &Home, kind: &str, file: &str, text: &str, recorded: &Value) {
    home.write(file, text);
    let taken = home.run(&format!("receive d {kind} {file} --json")).exits(0).json();
    assert_eq!((&taken["recorded"], &taken["before"]), (recorded, &json!(false)), "{kind}");
    let before = status(home);
    let again = home.run(&format!("receive d {kind} {file} --json")).exits(0).json();
    assert_eq!((&again["recorded"], &again["before"]), (&json!({}), &json!(true)), "{kind} again");
    assert_eq!(status(home), before, "{kind} again");
}

/// A report of non-delivery (RFC 3464) about one of our messages.
fn bounce(id: &str, piece: &str) -> String {
    format!(
        "From MAILER-DAEMON Sat Dec 12 10:00:00 2026\n\
         From: MAILER-DAEMON@mail.test\nSubject: Undelivered Mail Returned to Sender\nDate: Sat, 12 Dec 2026 10:00:00 +0000\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nI'm sorry.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.test\n\n\
         Final-Recipient: rfc822; somebody@example.net\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{piece}.{id}@drill.example.org>\n\n--b--\n\n"
    )
}

/// Provider -> people whom neither letter nor e-mail reaches, as the plan counts them.
fn out_of_reach(home: &Home) -> BTreeMap<String, u64> {
    let plan = home.run("plan d --as-of 2026-12-21 --json").exits(0).json();
    let of_provider = |duty: &Value| {
        let provider = duty["id"].as_str()?.strip_prefix("substitute_notice:")?.strip_suffix(":US")?.to_owned();
        Some((provider, duty["count"].as_u64()?))
    };
    plan["obligations"].as_array().unwrap().iter().filter_map(of_provider).collect()
}

fn provider(ledger: &rusqlite::Connection, piece: &str) -> String {
    ledger.query_row("SELECT provider FROM standing WHERE piece = ?", [piece.parse::<u32>().unwrap()], |row| row.get(0)).unwrap()
}

#[test]
fn everyone_of_two_thousand_is_accounted_for() {
    let id = fresh("story");
    let home = released(&id);
    let first = home.run("export d --out package --json").exits(1).json();
    let printed = pieces(&home, &first);
    let letters = printed.len();
    assert_eq!(first["pieces"], letters);

    // Production: all are mailed but twelve, which came out damaged; the house destroyed them.
    let (spoiled, mailed) = printed.split_at(12);
    let lines = |pieces: &[&str], rest: &str| pieces.iter().map(|piece| format!("{piece},1,{rest}\n")).collect::<String>();
    let header = "piece_id,attempt,status,reason,mail_date\n";
    let damaged = format!("{header}{}", lines(&numbers(spoiled), "spoiled,jam,"));
    receives(&home, "production", "damaged.csv", &damaged, &json!({ "spoiled": 12 }));
    let refused = home.run_words(&["export", "d", "--out", "package", "--reprint", "paper jam"]).exits(3);
    refused.says("letters that came out damaged: 12; none was reported as destroyed");
    let report = format!("{header}{}{}", lines(&numbers(spoiled), "destroyed,jam,"), lines(&numbers(mailed), "mailed,,2026-12-07"));
    receives(&home, "production", "report.csv", &report, &json!({ "destroyed": 12, "mailed": letters - 12 }));

    // The reprint holds these twelve, byte for byte, and nothing else.
    let reprint = home.run_words(&["export", "d", "--out", "package", "--reprint", "paper jam", "--json"]).exits(1).json();
    let again = pieces(&home, &reprint);
    let bytes = |pieces: &[BTreeMap<String, String>]| {
        pieces.iter().map(|piece| (piece["piece_id"].clone(), piece["piece_sha256"].clone())).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(bytes(&again), bytes(spoiled));
    let second = numbers(&again).iter().map(|piece| format!("{piece},2,mailed,,2026-12-08\n")).collect::<String>();
    receives(&home, "production", "second.csv", &format!("{header}{second}"), &json!({ "mailed": 12 }));
    assert_eq!(status(&home)["letters"]["states"], json!({ "mailed": letters }));

    // Forty come back: twenty with a new address, nine without one, six refused, five away.
    // A letter to an adult speaks for itself; whether a child's parents moved along is for a person to rule.
    let adults: Vec<BTreeMap<String, String>> = mailed.iter().filter(|piece| piece["template_id"].starts_with("adult")).cloned().collect();
    let back = numbers(&adults[100..140]);
    let returned = |pieces: &[&str], rest: &str| pieces.iter().map(|piece| format!("{piece},2026-12-20,{rest}\n")).collect::<String>();
    let header = "piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n";
    let moved = returned(&back[..20], "MOVED,9 Birch Street,Keene,NH,03431");
    let gone = returned(&back[20..29], "ANK,,,,");
    let others = format!("{}{}", returned(&back[29..35], "REF,,,,"), returned(&back[35..], "TA,,,,"));
    let counted = json!({ "returned_moved": 20, "unreachable": 9, "returned_refused": 6, "returned_away": 5 });
    receives(&home, "returns", "returns.csv", &format!("{header}{moved}{gone}{others}"), &counted);
    // A new address is a new letter to somebody: it is released again.
    home.run("export d --out package").exits(3).says("the recipient set changed");
    home.run("release d --by Ben").exits(1);
    let once_more = home.run("export d --out package --json").exits(1).json();
    let mut remailed: Vec<&str> = Vec::new();
    let again = pieces(&home, &once_more);
    remailed.extend(numbers(&again));
    remailed.sort_unstable();
    let mut expected = [&back[..20], &back[35..]].concat();
    expected.sort_unstable();
    assert_eq!(remailed, expected, "twenty to their new address, five once more to the old one");
    assert!(again.iter().filter(|piece| back[..20].contains(&piece["piece_id"].as_str())).all(|piece| piece["zip5"] == "03431"));

    // E-mail: what bounces goes by mail.
    let sent = home.run("send d --json").exits(1).json();
    let emails = sent["sent"].as_u64().unwrap();
    assert!(emails > 100 && sent["outstanding"] == 0, "{sent}");
    let ledger = rusqlite::Connection::open(home.path("d/ledger.sqlite")).unwrap();
    let mut query = ledger.prepare("SELECT piece FROM event WHERE kind = 'sent' ORDER BY piece LIMIT 2").unwrap();
    let bounced: Vec<String> =
        query.query_map((), |row| Ok(format!("{:07}", row.get::<_, u32>(0)?))).unwrap().map(Result::unwrap).collect();
    let mbox: String = bounced.iter().map(|piece| bounce(&id, piece)).collect();
    receives(&home, "bounces", "bounces.mbox", &mbox, &json!({ "bounced": 2 }));
    let by_mail = home.run("export d --out package --json").exits(1).json();
    assert_eq!(numbers(&pieces(&home, &by_mail)), bounced);

    // Where a provider has ten or more whom nothing reaches, those without an address in the lists among them, a telephone is not enough.
    let tell = |piece: &str| format!("[[told]]\npiece = \"{piece}\"\non = 2026-11-28\nway = \"telephone\"\nby = \"Ann Clerk\"\n");
    let out_of_reach = out_of_reach(&home);
    let (many, few): (Vec<&str>, Vec<&str>) = back[20..29].iter().partition(|piece| out_of_reach[&provider(&ledger, piece)] >= 10);
    home.write("many.toml", &tell(many[0]));
    home.run("receive d substitute many.toml").exits(1).says("substitute-public");
    receives(&home, "substitute", "told.toml", &tell(few[0]), &json!({ "told_by_substitute": 1 }));
    let tenth = returned(&[numbers(&adults)[200]], "MLNA,,,,");
    receives(&home, "returns", "tenth.csv", &format!("{header}{tenth}"), &json!({ "unreachable": 1 }));
    let posting = "[[posting]]\nkind = \"web\"\nwhere = \"https://drill.example.org/notice\"\n\
                   began = 2026-11-28\nuntil = 2027-02-28\nphone = \"1-888-555-0119\"\n";
    receives(&home, "substitute", "posting.toml", posting, &json!({ "told_by_substitute": 9 }));

    home.write("statement.pdf", "a postage statement");
    assert_eq!(home.run("receive d proof statement.pdf --json").exits(0).json()["recorded"], json!({ "proof": 1 }));

    let end = status(&home);
    let states = json!({ "mailed": letters - 41, "exported": 25, "returned, refused": 6, "told by substitute notice": 10 });
    assert_eq!(end["letters"]["states"], states);
    assert_eq!(end["emails"]["states"], json!({ "sent": emails - 2, "exported": 2 }));

    // What is left to do is told, and the counts of the report are those of status.
    let report = home.run("report d --out report --json").exits(1).json();
    assert_eq!(report["closes"], true);
    let index = home.read("report/index.html");
    for words in ["told by substitute notice", "returned, refused", "The counts close,"] {
        assert!(index.contains(words), "{words}");
    }

    // And what proves it closes too, by itself.
    home.copy("report/evidence", "kept");
    let pack = home.run("verify kept --json").exits(0).json();
    assert_eq!(pack["evidence"]["closes"], true, "{pack}");
}
