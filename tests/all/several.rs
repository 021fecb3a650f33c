//! One letter that speaks for several providers: where the business associate sends, and only there.

use crate::harness::{Home, pages, rows};

/// The sample in which somebody of the first provider is listed by the second as well.
fn home(sender: &str) -> Home {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "kind = \"provider\"", &format!("kind = \"{sender}\""));
    let list = home.read("lakeside/patients.csv");
    let margaret = list.lines().find(|line| line.starts_with("LS-0001,")).unwrap();
    let again = margaret
        .replace("LS-0001,0047147,LRMC", "LS-0901,N-77,NCH")
        .replace("service_dates,37LP-9PNF-NTRQ", "service_dates;financial_account,37LP-9PNF-NTRQ");
    home.write("lakeside/patients.csv", &format!("{list}{again}\n"));
    home
}

/// The text of the letters to Margaret Olsen.
fn letters(home: &Home) -> Vec<String> {
    home.run("render lakeside --out out").exits(0);
    let all = home.letters("out").into_values().map(|path| pages(&path).concat());
    all.filter(|text| text.contains("Dear Margaret A. Olsen")).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn individual_notices(home: &Home, provider: &str) -> u64 {
    let plan = home.run("plan lakeside --json").json();
    let notice = format!("individual_notice:{provider}:US");
    plan["obligations"].as_array().unwrap().iter().find(|duty| duty["id"] == notice.as_str()).unwrap()["count"].as_u64().unwrap()
}

#[test]
fn the_business_associate_writes_once_for_both_and_both_count_the_person() {
    let home = home("business_associate");
    let (lakeside, narrow_cove) = {
        let single = Home::with_sample("lakeside");
        (individual_notices(&single, "LRMC"), individual_notices(&single, "NCH"))
    };
    home.run("check lakeside --out checked").exits(0).prints("- 2 merged");
    let merged = rows(&home.read("checked/merged.csv"));
    let joined = merged.iter().find(|row| row["record_id"] == "LS-0901").unwrap();
    assert_eq!(joined["reason"], "two providers, one letter: same full name, birth date and home address, no other suffix or middle name");
    assert_eq!((individual_notices(&home, "LRMC"), individual_notices(&home, "NCH")), (lakeside, narrow_cove + 1));
    let letters = letters(&home);
    assert_eq!(letters.len(), 1);
    for told in [
        "kept patient records for Lakeside Regional Medical Center, Inc. and Narrow Cove Hospital",
        "We told Lakeside Regional Medical Center, Inc. and Narrow Cove Hospital about it on November 10, 2026.",
        "Narrow Cove Hospital, 86 Ferry Landing Rd, Providence, RI 02906; 1-888-555-0131",
        "Lakeside Regional Medical Center, Inc., 1400 Boardwalk Hill Dr, Traverse City, MI 49684; 1-888-555-0120",
        "Bellwether Health Records, Inc., for Lakeside Regional Medical Center, Inc. and Narrow Cove Hospital",
        "Financial account",
    ] {
        assert!(letters[0].contains(told), "{told} in {}", letters[0]);
    }
    assert!(
        !letters[0].contains("Ingrid Sandvik") && !letters[0].contains("Anthony Bellarosa"),
        "nobody signs for the other: {}",
        letters[0]
    );
}

#[test]
fn providers_that_were_told_on_different_days_are_told_apart() {
    let home = home("business_associate");
    home.edit("lakeside/providers.csv", ",no,no,,,,2026-11-10,2026-11-16,,\nCCC", ",no,no,,,,2026-11-12,2026-11-16,,\nCCC");
    let letters = letters(&home);
    let told = "We told Lakeside Regional Medical Center, Inc. about it on November 10, 2026. We told Narrow Cove Hospital about it on November 12, 2026.";
    assert!(letters.len() == 1 && letters[0].contains(told), "{letters:?}");
}

#[test]
fn a_provider_that_sends_writes_for_itself_alone() {
    let home = home("provider");
    home.edit("lakeside/patients.csv", "financial_account,37LP-9PNF-NTRQ", "financial_account,37LP-9PNF-NTRZ");
    let letters = letters(&home);
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|text| text.contains("for us, Lakeside Regional") != text.contains("for us, Narrow Cove")), "{letters:?}");
}

#[test]
fn providers_with_other_days_are_not_spoken_for_together() {
    let home = home("business_associate");
    home.edit("lakeside/patients.csv", "LS-0901,N-77,NCH", "LS-0901,N-77,CCC");
    home.edit("lakeside/patients.csv", "financial_account,37LP-9PNF-NTRQ", "financial_account,37LP-9PNF-NTRZ");
    let letters = letters(&home);
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|text| text.contains("Bellwether Health Records, Inc., for ")), "{letters:?}");
}

#[test]
fn an_agreement_to_e_mail_with_one_provider_is_none_with_the_other() {
    let home = home("business_associate");
    let consent = ",margaret@post.example,2025-01-02,,breach notices,en,";
    let plain = "(231) 555-0104,,,,,en,";
    home.edit("lakeside/patients.csv", plain, &format!("(231) 555-0104{consent}"));
    home.run("check lakeside").exits(0).prints("- 2 merged").prints("40 letters");
    home.edit("lakeside/patients.csv", plain, &format!("(231) 555-0104{consent}"));
    home.run("check lakeside").exits(0).prints("- 2 merged").prints("39 letters");
}

#[test]
fn what_is_ruled_apart_stays_apart() {
    let home = home("business_associate");
    home.edit("lakeside/patients.csv", "financial_account,37LP-9PNF-NTRQ", "financial_account,37LP-9PNF-NTRZ");
    home.write(
        "lakeside/decisions.csv",
        "record,decision,argument,by,on,reason\npatients.csv:LS-0001,keep_apart,patients.csv:LS-0901,Ann Lee,2026-11-28,two people\n",
    );
    assert_eq!(letters(&home).len(), 2);
}
