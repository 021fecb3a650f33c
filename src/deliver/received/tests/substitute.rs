//! Files of substitute notice.

use super::{Folder, refusal, told};
use crate::deliver::received::{PostingKind, Substitute, Way, read_substitute};
use crate::error::Result;
use jiff::civil::date;

const GOOD: &str = r#"
[[posting]]
kind = "web"
where = "https://lakeside.example/notice"
began = 2026-03-01
until = 2026-06-15
phone = "1-800-555-0100"

[[posting]]
kind = "media"
provider_id = "LAKE"
where = "The Harbor Gazette"
began = 2026-03-01
until = 2026-03-01
phone = "(833) 555-0100"
phone_until = 2026-07-01
states = ["MA", "NH"]

[[told]]
piece = "0000012"
on = "2026-03-02"
way = "telephone"
by = "Ada"
"#;

fn read(text: impl AsRef<[u8]>) -> Result<Substitute> {
    let folder = Folder::new();
    read_substitute(&folder.file("substitute.toml", text))
}

#[test]
fn what_was_done_is_read() {
    let substitute = read(GOOD).unwrap();
    let [web, media] = substitute.postings.as_slice() else { panic!("{substitute:?}") };
    assert_eq!((web.kind, web.provider_id.as_deref(), web.phone_until), (PostingKind::Web, None, date(2026, 6, 15)));
    assert_eq!((media.kind, media.provider_id.as_deref(), media.phone_until), (PostingKind::Media, Some("LAKE"), date(2026, 7, 1)));
    assert_eq!(media.states.iter().map(ToString::to_string).collect::<Vec<_>>(), ["MA", "NH"]);
    assert_eq!((media.location.as_str(), media.place.line), ("The Harbor Gazette", Some(9)));
    let told = &substitute.told[0];
    assert_eq!((told.piece, told.on, told.way, told.by.as_str()), (12, date(2026, 3, 2), Way::Telephone, "Ada"));
    assert_eq!(substitute.findings, []);
}

#[test]
fn each_fault_refuses_at_its_place() {
    let table = [
        ("kind = \"web\"", "kind = \"wed\"", "3:1 unknown-choice"),
        ("began =", "begun =", "3:1 unknown-key"),
        ("until = 2026-06-15", "until = 2026-02-28", "6:1 contradictory-dates"),
        ("phone_until = 2026-07-01", "phone_until = 2026-02-01", "16:1 contradictory-dates"),
        ("\"MA\"", "\"Mass\"", "17:1 unknown-choice"),
        ("phone = \"1-800-555-0100\"", "phone = \"\"", "7:1 empty-value"),
        ("\"0000012\"", "12", "20:1 wrong-type"),
        ("\"0000012\"", "\"00000012\"", "20:1 substitute-piece"),
        ("\"0000012\"", "\"0\"", "20:1 substitute-piece"),
        ("\"2026-03-02\"", "\"soon\"", "21:1 impossible-date"),
        ("[[told]]", "[[tolled]]", "19:3 unknown-key"),
        ("[[told]]", "[told", "19"),
    ];
    for (from, to, finding) in table {
        let found = refusal(read(GOOD.replacen(from, to, 1)));
        let wanted = |told: &String| told.starts_with(finding) || (to.contains("begun") && told.ends_with("unknown-key"));
        assert!(found.iter().any(wanted), "{to}: {found:?}");
    }
    let error = read(GOOD.replacen("began", "begann", 1)).unwrap_err();
    assert!(error.findings.iter().any(|finding| finding.hint == "did you mean `began`?"), "{error:?}");
    assert_eq!(refusal(read("")), ["0 substitute-empty"]);
    assert_eq!(refusal(read(b"a = \"\xeb\"")), ["1 not-utf-8"]);
}

#[test]
fn what_looks_odd_only_warns() {
    let table = [
        ("1-800-555-0100", "617-555-0100", "7:1 not-toll-free"),
        ("1-800-555-0100", "800-5550", "7:1 not-toll-free"),
        ("https://lakeside.example/notice", "our home page", "4:1 substitute-where"),
    ];
    for (from, to, finding) in table {
        let substitute = read(GOOD.replacen(from, to, 1)).unwrap();
        assert_eq!((told(&substitute.findings), substitute.postings.len()), (vec![finding.to_owned()], 2), "{to}");
    }
}
