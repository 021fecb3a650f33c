//! Every fault of the incident folder, with its place and code.

use super::sample::{PROVIDERS, TOML, folder, rules};
use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn judge(toml: &str, providers: &str) -> Result<(Incident, Vec<Finding>)> {
    let files: &[(&str, &[u8])] = &[("patients.csv", b""), ("mended.csv", b""), ("codes.txt", b"")];
    let folder = folder(toml, providers, files);
    load(folder.path(), &rules())
}

/// `place code | hint` of every finding.
fn faults(toml: &str, providers: &str) -> Vec<String> {
    let findings = match judge(toml, providers) {
        Ok((_, findings)) => findings,
        Err(error) => error.findings,
    };
    findings.iter().map(|finding| format!("{} {} | {}", finding.place, finding.code, finding.hint)).collect()
}

#[track_caller]
fn one_fault(toml: &str, providers: &str, start: &str) -> String {
    let found = faults(toml, providers);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(start), "{} does not start with {start}", found[0]);
    found[0].clone()
}

#[test]
fn the_sample_is_accepted() {
    let (incident, findings) = judge(&format!("\u{feff}{TOML}"), &format!("\u{feff}{PROVIDERS}")).unwrap();
    assert_eq!(findings, []);
    assert_eq!((incident.breach_began, incident.breach_ended), (date(2025, 1, 22), Some(date(2025, 2, 10))));
    assert_eq!(incident.what_happened, "Someone copied data.");
    assert_eq!(incident.provider_by_id(" hill "), Some(ProviderIndex(1)));
    let lake = incident.provider(ProviderIndex(0));
    assert_eq!((lake.line, lake.own_discovered, lake.informed, lake.mail_date), (2, None, None, date(2025, 4, 14)));
    assert_eq!((incident.lists[0].line, incident.lists[0].name.as_str()), (29, "patients.csv"));
}

#[test]
fn everything_optional_is_read() {
    let more = r#"
received = 2025-03-22
cass_on = "2025-03-23"
ncoa_on = 2025-03-24
provider = "lake"
columns = { record_id = "ROW", patient_id = "PERSON_ID" }

[[lists]]
file = "mended.csv"
mends = "patients.csv"

[incident.es]
what_happened = "a"
investigation = "b"
mitigation = "c"
prevention = "d"

[business_associate]
name = "Vendor"
discovered = 2025-02-20
informed = 2025-03-15

[[law_enforcement_holds]]
kind = "written"
agency = "FBI"
official = "A. Agent"
received = 2025-03-02
until = 2025-06-30
providers = ["HILL"]

[identity_service]
vendor = "V"
product = "P"
months = 24
enroll_url = "https://example.org"
enroll_phone = "1-800-555-0101"
enroll_by = 2025-09-30

[[code_pools]]
file = "codes.txt"
for = "minor"

[email]
from = "Privacy <p@example.org>"
reply_to = "p@example.org"
subject = "A message from us"
smtp = "smtp+starttls://user@mail.example.org:587"

[approvals]
require = ["counsel"]
allowed_signers = "codes.txt"

[choices]
day_zero = "included"
hold_effect = "tolling"
ma_letter = "hipaa"
courtesy_filings = true
language_sheet = false
one_mailing = "earliest"
agency = "no"

[[waivers]]
rule = "not-toll-free"
by = "Counsel"
on = 2025-03-30
reason = "local line"
"#;
    let (incident, findings) = judge(&format!("{TOML}{more}"), PROVIDERS).unwrap();
    assert_eq!(findings, []);
    assert_eq!(incident.lists[0].columns, [("record_id".into(), "ROW".into()), ("patient_id".into(), "PERSON_ID".into())]);
    assert_eq!((incident.lists[1].name.as_str(), incident.lists[1].file.as_str()), ("patients.csv", "mended.csv"));
    assert_eq!(incident.translations[&Language::Spanish].prevention, "d");
    let associate = incident.business_associate.as_ref().unwrap();
    assert_eq!(associate.agent, Agency::No);
    assert_eq!(incident.providers[0].informed, Some(date(2025, 3, 15)));
    assert!(incident.holds[0].written);
    assert_eq!(incident.code_pools[0].audience, CodeAudience::Minor);
    assert_eq!((incident.choices.day_zero, incident.choices.hold_effect), (DayZero::Included, HoldEffect::Tolling));
    assert!(incident.choices.courtesy_filings && !incident.choices.language_sheet);
    let stated = ["day_zero", "hold_effect", "ma_letter", "courtesy_filings", "language_sheet", "one_mailing", "agency"];
    assert_eq!(incident.choices.stated, stated);
    assert_eq!(incident.waivers[0].on, date(2025, 3, 30));
    assert_eq!(incident.lists[0].ncoa_on, Some(date(2025, 3, 24)));
}

#[test]
fn faults_of_incident_toml_have_their_places() {
    let table: &[(&str, &str, &str)] = &[
        ("cause =", "caus =", "incident.toml:1:2 missing-key"),
        ("id = \"sample-2025\"", "id = \"a/b\"", "incident.toml:2:1 bad-incident-id"),
        ("id = \"sample-2025\"", "id = \"  \"", "incident.toml:2:1 empty-value"),
        ("id = \"sample-2025\"", "id = 5", "incident.toml:2:1 wrong-type"),
        ("title = \"Legacy server\"", "title = \"Legacy\\u0007server\"", "incident.toml:3:1 control-character"),
        ("title = \"Legacy server\"", "title = \"Legacy\\u202Eserver\"", "incident.toml:3:1 control-character"),
        ("locations = [\"network server\"]", "locations = \"x\"", "incident.toml:5:1 wrong-type"),
        ("breach_ended = \"2025-02-10\"", "breach_ended = \"2025-02-30\"", "incident.toml:7:1 impossible-date"),
        ("breach_ended = \"2025-02-10\"", "breach_ended = \"02/10/2025\"", "incident.toml:7:1 impossible-date"),
        ("breach_ended = \"2025-02-10\"", "breach_ended = 0205-02-10", "incident.toml:7:1 impossible-date"),
        ("breach_ended = \"2025-02-10\"", "breach_ended = 2025-02-10T10:00:00Z", "incident.toml:7:1 wrong-type"),
        ("breach_ended = \"2025-02-10\"", "breach_ended = 2025-01-21", "incident.toml:7:1 contradictory-dates"),
        ("discovered = 2025-02-20", "discovered = 2025-01-02", "incident.toml:8:1 contradictory-dates"),
        ("discovered = 2025-02-20", "discovered = 2025-02-20\ndetermined = 2025-02-19", "incident.toml:9:1 contradictory-dates"),
        ("mail_date = 2025-04-14", "mail_date = 2025-02-19", "incident.toml:9:1 contradictory-dates"),
        ("phone = \"1-800-555-0100\"", "phone = \"217-555-0100\"", "incident.toml:17:1 not-toll-free"),
        ("hours =", "open_until = 2025-04-01\nhours =", "incident.toml:18:1 call-center-closed"),
        ("kind = \"provider\"", "kind = \"providers\"", "incident.toml:21:1 unknown-choice | did you mean `provider`?"),
        ("kind = \"provider\"", "kind = \"business_associate\"", "incident.toml:21:1 no-business-associate"),
        ("duplex = true", "duplex = \"yes\"", "incident.toml:25:1 wrong-type"),
        ("duplex = true", "duplex = true\nimb = \"123456\"", "incident.toml:26:1 wrong-type"),
        ("duplex = true", "duplex = true\nencrypt_to = \"../house.asc\"", "incident.toml:26:1 outside-folder"),
        ("duplex = true", "duplex = true\nencrypt_to = \"house.asc\"", "incident.toml:26:1 missing-file"),
        ("duplex = true", "duplex = true\nimb = { service_type = \"270\", first_serial = 0 }", "incident.toml:26:1 missing-key"),
        ("duplex = true", "duplex = true\nfonts = \"fonts\"", "incident.toml:26:1 missing-file"),
        ("file = \"patients.csv\"", "file = \"patient.csv\"", "incident.toml:30:1 missing-file | did you mean `patients.csv`?"),
        ("file = \"patients.csv\"", "file = \"../patients.csv\"", "incident.toml:30:1 outside-folder"),
        ("file = \"patients.csv\"", "file = \"/patients.csv\"", "incident.toml:30:1 outside-folder"),
        ("[[lists]]\nfile = \"patients.csv\"", "", "incident.toml missing-key"),
        ("[[lists]]", "[lists]", "incident.toml:29:2 wrong-type"),
        ("[sender]", "[sendre]", "incident.toml missing-key"),
    ];
    for (from, to, expected) in table {
        assert!(TOML.contains(from), "{from}");
        let found = faults(&TOML.replacen(from, to, 1), PROVIDERS);
        assert!(found.first().is_some_and(|first| first.starts_with(expected)), "{to}: {found:#?}");
    }
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let found = faults(&TOML.replace("discovered = 2025-02-20", "discoverd = 2025-02-20"), PROVIDERS);
    assert_eq!(found[0], "incident.toml:1:2 missing-key | add `discovered`; the manual tells what belongs there");
    assert_eq!(found[1], "incident.toml:8:1 unknown-key | did you mean `discovered`?");
    assert_eq!(found.len(), 2);
}

#[test]
fn further_tables_are_judged() {
    let hold = "[[law_enforcement_holds]]\nagency = \"FBI\"\nofficial = \"A\"\nreceived = 2025-03-02\n";
    let service = "[identity_service]\nvendor = \"V\"\nproduct = \"P\"\nenroll_url = \"u\"\nenroll_phone = \"1\"\n";
    let associate = "[business_associate]\nname = \"V\"\ndiscovered = 2025-02-20\ninformed = 2025-03-15\n";
    let email = "[email]\nfrom = \"p@example.org\"\nreply_to = \"p@example.org\"\nsubject = \"s\"\n";
    let table = [
        (format!("{hold}kind = \"written\"\nuntil = 2025-03-01\n"), "incident.toml:36:1 contradictory-dates"),
        (format!("{hold}kind = \"written\"\n"), "incident.toml:35:1 hold-without-end"),
        (format!("{hold}kind = \"oral\"\nuntil = 2025-03-05\n"), "incident.toml:36:1 oral-hold-until"),
        (format!("{hold}kind = \"oral\"\nproviders = [\"HIL\"]\n"), "incident.toml:36:1 unknown-provider | did you mean `HILL`?"),
        (format!("{hold}kind = \"oral\"\nproviders = []\n"), "incident.toml:36:1 empty-value"),
        (format!("{service}months = 240\nenroll_by = 2025-10-01\n"), "incident.toml:36:1 out-of-range"),
        (associate.replace("2025-03-15", "2025-02-19"), "incident.toml:34:1 contradictory-dates"),
        (associate.replace("2025-02-20", "2025-01-01"), "incident.toml:33:1 contradictory-dates"),
        (format!("{associate}agent = \"yes\"\n[choices]\nagency = \"no\"\n"), "incident.toml:37:1 contradictory-agency"),
        (format!("{email}smtp = \"smtp://user:word@host:25\"\n"), "incident.toml:35:1 password-in-file"),
        (format!("{email}smtp = \"host:25\"\n"), "incident.toml:35:1 bad-smtp-url"),
        ("[choices]\nday_zero = \"exclude\"\n".to_owned(), "incident.toml:32:1 unknown-choice | did you mean `excluded`?"),
        ("[choices]\nday_zer = \"excluded\"\n".to_owned(), "incident.toml:32:1 unknown-key | did you mean `day_zero`?"),
        ("[choices]\nagency = \"perhaps\"\n".to_owned(), "incident.toml:32:1 unknown-choice"),
        ("[choices]\nma_letter = \"strict\"\n".to_owned(), "incident.toml:32:1 strict-letter-for-patients"),
        ("[[code_pools]]\nfile = \"codes.txt\"\nfor = \"child\"\n".to_owned(), "incident.toml:33:1 unknown-choice"),
        ("[[code_pools]]\nfile = \"code.txt\"\nfor = \"adult\"\n".to_owned(), "incident.toml:32:1 missing-file"),
        ("[[lists]]\nfile = \"patients.csv\"\n".to_owned(), "incident.toml:32:1 duplicate-list"),
        (
            "[[lists]]\nfile = \"mended.csv\"\nmends = \"patient.csv\"\n".to_owned(),
            "incident.toml:33:1 unknown-list | did you mean `patients.csv`?",
        ),
        ("[[lists]]\nfile = \"mended.csv\"\nprovider = \"LAK\"\n".to_owned(), "incident.toml:33:1 unknown-provider | did you mean `LAKE`?"),
        ("[[lists]]\nfile = \"mended.csv\"\ncolumns = { record_id = 5 }\n".to_owned(), "incident.toml:33:1 wrong-type"),
        ("[[waivers]]\nrule = \"r\"\nby = \"b\"\non = 2025-01-01\n".to_owned(), "incident.toml:31:1 missing-key"),
        ("[incident.es]\nwhat_happened = \"a\"\ninvestigation = \"b\"\nmitigation = \"c\"\n".to_owned(), "incident.toml:31:11 missing-key"),
        ("[incident.fr]\nwhat_happened = \"a\"\n".to_owned(), "incident.toml:31:11 unknown-key"),
        ("[approvals]\nrequire = [\"\"]\n".to_owned(), "incident.toml:32:12 control-character"),
    ];
    for (more, expected) in table {
        one_fault(&format!("{TOML}{more}"), PROVIDERS, expected);
    }
}

#[test]
fn sheets_of_one_file_are_lists_with_names_of_their_own() {
    let names = |toml: &str| -> Vec<String> { judge(toml, PROVIDERS).unwrap().0.lists.into_iter().map(|list| list.name).collect() };
    let two = format!("{TOML}sheet = \"Clinic\"\n[[lists]]\nfile = \"patients.csv\"\nsheet = \"Hospital\"\n");
    assert_eq!(names(&two), ["patients.csv[Clinic]", "patients.csv[Hospital]"]);
    let mending = |mends: &str| format!("{two}[[lists]]\nfile = \"mended.csv\"\nmends = \"{mends}\"\n");
    assert_eq!(names(&mending("patients.csv[Hospital]"))[2], "patients.csv[Hospital]");
    let hint = "name its sheet as well: mends = \"patients.csv[Clinic]\"";
    one_fault(&mending("patients.csv"), PROVIDERS, &format!("incident.toml:37:1 ambiguous-list | {hint}"));
    one_fault(&mending("patients.csv[Clinics]"), PROVIDERS, "incident.toml:37:1 unknown-list | did you mean `patients.csv[Clinic]`?");
    // A sheet of corrections beside the list.
    let beside = format!("{TOML}sheet = \"Clinic\"\n[[lists]]\nfile = \"patients.csv\"\nsheet = \"Corrected\"\nmends = \"patients.csv\"\n");
    assert_eq!(names(&beside), ["patients.csv[Clinic]", "patients.csv[Clinic]"]);
    assert_eq!(names(&two.replacen("sheet = \"Clinic\"\n", "", 1)), ["patients.csv", "patients.csv[Hospital]"]);
    one_fault(&two.replace("Hospital", "Clinic"), PROVIDERS, "incident.toml:33:1 duplicate-list");
}

#[test]
fn lists_that_mend_each_other_are_refused() {
    let toml = TOML.to_owned() + "mends = \"mended.csv\"\n[[lists]]\nfile = \"mended.csv\"\nmends = \"patients.csv\"\n";
    let found = faults(&toml, PROVIDERS);
    assert!(found.iter().all(|fault| fault.contains("circular-mends")) && found.len() == 2, "{found:#?}");
}

#[test]
fn syntax_faults_have_line_and_column() {
    for (toml, expected) in [
        ("[incident]\nid = \"x\ntitle = 1\n", "incident.toml:2:"),
        ("[incident]\nid = \"x\"\nid = \"y\"\n", "incident.toml:3:1 "),
        ("[incident]\nid = x\n", "incident.toml:2:6 "),
        ("[incident]\nbreach_began = 2025-02-30\n", "incident.toml:2:16 impossible-date"),
    ] {
        let found = faults(toml, PROVIDERS);
        assert!(found[0].starts_with(expected), "{found:#?}");
    }
    let latin = folder("", PROVIDERS, &[]);
    fs_err::write(latin.path().join(FILE), b"[incident]\ntitle = \"Zo\xeb\"\n").unwrap();
    assert_eq!(load(latin.path(), &rules()).unwrap_err().findings[0].place, Place::line(FILE, 2));
}

#[test]
fn all_faults_come_at_once_in_reading_order() {
    let toml = TOML.replace("title =", "titel =").replace("duplex = true", "duplex = 1").replace("2025-02-20", "2025-02-31");
    let providers = PROVIDERS.replace(",IL,62701", ",XX,6270");
    let codes: Vec<String> = faults(&toml, &providers).iter().filter_map(|fault| fault.split(' ').nth(1).map(str::to_owned)).collect();
    // An impossible day ends the reading of the file when it is a TOML date, not when it is text.
    assert_eq!(codes, ["impossible-date"]);
    let toml = toml.replace("2025-02-31", "\"2025-02-31\"");
    let codes: Vec<String> = faults(&toml, &providers).iter().filter_map(|fault| fault.split(' ').nth(1).map(str::to_owned)).collect();
    assert_eq!(codes, ["missing-key", "unknown-key", "impossible-date", "wrong-type", "unknown-state", "bad-postal-code"]);
}

#[test]
fn faults_of_providers_csv_have_their_places() {
    let table: &[(&str, &str, &str)] = &[
        ("signatory_title\n", "signatory_titel\n", "providers.csv:1:signatory_titel unknown-column | did you mean `signatory_title`?"),
        ("phone", "city", "providers.csv:1:city column-twice"),
        (",IL,62701", ",Illinois,62701", "providers.csv:2:state unknown-state | write `IL`"),
        (",IL,62702", ",,62702", "providers.csv:3:state empty-value"),
        (",IL,62702", ",il,62702", ""),
        (",62702,", ",6270,", "providers.csv:3:postal_code bad-postal-code"),
        (",62702,", ",62702-1234,", ""),
        ("HILL,", "lake,", "providers.csv:3:provider_id duplicate-provider"),
        ("HILL,Hillside Clinic", "HILL,\"Hillside\nClinic\"", "providers.csv:3:legal_name control-character"),
        ("HILL,Hillside Clinic", "HILL,\"Hillside Clinic", "providers.csv:3 open-quote"),
        ("HILL,Hillside Clinic", "HILL,Hillside, Clinic", "providers.csv:3 cell-count"),
        ("HILL,Hillside Clinic", "HILL,\"Hill \"side\" Clinic\"", "providers.csv:3 cell-count"),
    ];
    for (from, to, expected) in table {
        let found = faults(TOML, &PROVIDERS.replacen(from, to, 1));
        match *expected {
            "" => assert_eq!(found, [""; 0]),
            expected => assert!(found.first().is_some_and(|first| first.starts_with(expected)), "{to:?}: {found:#?}"),
        }
    }
    one_fault(TOML, "", "providers.csv no-provider");
    one_fault(TOML, PROVIDERS.lines().next().unwrap(), "providers.csv no-provider");
}

/// [`PROVIDERS`] with further columns.
fn with_columns(header: &str, lake: &str, hill: &str) -> String {
    let mut lines = PROVIDERS.lines();
    let mut next = |more: &str| format!("{},{more}\n", lines.next().unwrap());
    next(header) + &next(lake) + &next(hill)
}

#[test]
fn dates_and_flags_of_providers_are_their_own() {
    let toml = format!("{TOML}[business_associate]\nname = \"V\"\ndiscovered = 2025-02-20\ninformed = 2025-03-15\n");
    let columns = "Breach-Began,discovered on,INFORMED,List Received,mail_date,part2_program,CA_licensed_facility,e-mail";
    let hill = "2/1/2025,2025-02-24,03/16/2025,3/22/2025 12:00:00 AM,2025-05-01,N,Y,h@example.org";
    let (incident, findings) = judge(&toml, &with_columns(columns, ",,,,,,,", hill)).unwrap();
    assert_eq!(findings, []);
    let (lake, hill) = (&incident.providers[0], &incident.providers[1]);
    assert_eq!((lake.own_discovered, lake.informed, lake.list_received), (None, Some(date(2025, 3, 15)), None));
    assert_eq!((hill.own_discovered, hill.informed), (Some(date(2025, 2, 24)), Some(date(2025, 3, 16))));
    assert_eq!((hill.breach_began, hill.list_received), (date(2025, 2, 1), Some(date(2025, 3, 22))));
    assert_eq!((hill.mail_date, hill.ca_licensed_facility, hill.part2_program), (date(2025, 5, 1), true, false));
    for (column, value, expected) in [
        ("discovered", "2/30/2025", "providers.csv:3:discovered impossible-date"),
        ("discovered", "2/3/25", "providers.csv:3:discovered two-digit-year"),
        ("Discovered", "2025-01-01", "providers.csv:3:Discovered contradictory-dates"),
        ("breach_began", "2025-02-12", "providers.csv:3:breach_ended contradictory-dates"),
        ("informed", "2025-02-19", "providers.csv:3:informed contradictory-dates"),
        ("mail_date", "2025-02-19", "providers.csv:3:mail_date contradictory-dates"),
        ("part2_program", "maybe", "providers.csv:3:part2_program unknown-choice"),
        ("part2_program", "Y", "providers.csv:3:return_name telling-return-name"),
        ("logo_alt", "Hillside", "providers.csv:3:logo_alt not-used"),
        ("email", "example.org", "providers.csv:3:email bad-email"),
    ] {
        one_fault(&toml, &with_columns(column, "", value), expected);
    }
    one_fault(TOML, &with_columns("informed", "", "2025-03-01"), "providers.csv:3:informed no-business-associate");
}

#[test]
fn logos_are_read_once_and_their_faults_have_places() {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 400, 1);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&[0; 400]).unwrap();
    let files: &[(&str, &[u8])] = &[("patients.csv", b""), ("lake.png", &png), ("note.png", b"no picture"), ("large.png", &[0; 2_100_000])];
    let judge = |lake: &str, hill: &str| {
        let folder = folder(TOML, &with_columns("logo,logo_alt", lake, hill), files);
        std::os::unix::fs::symlink("/dev/null", folder.path().join("out.png")).unwrap();
        load(folder.path(), &rules())
    };
    let (incident, findings) = judge("lake.png,Lakeside", "lake.png,Hillside").unwrap();
    assert_eq!(findings, []);
    let [lake, hill] = [0, 1].map(|at| incident.providers[at].logo.clone().unwrap());
    assert_eq!((&*lake.alt, &*hill.alt, lake.picture.width), ("Lakeside", "Hillside", 400));
    assert!(std::sync::Arc::ptr_eq(&lake.picture, &hill.picture));
    assert_eq!(incident.providers[1].logo.as_ref().unwrap().file, "lake.png");
    for (row, expected) in [
        ("lake.png,", "logo_alt missing-alt-text"),
        ("lak.png,Hillside", "logo missing-file | did you mean `lake.png`?"),
        ("../lake.png,Hillside", "logo outside-folder"),
        ("/lake.png,Hillside", "logo outside-folder"),
        ("C:lake.png,Hillside", "logo outside-folder"),
        ("out.png,Hillside", "logo outside-folder"),
        ("note.png,Hillside", "logo not-png"),
        ("large.png,Hillside", "logo logo-too-large"),
    ] {
        let findings = judge(",", row).unwrap_err().findings;
        let found: Vec<String> = findings.iter().map(|finding| format!("{} {} | {}", finding.place, finding.code, finding.hint)).collect();
        let wanted = format!("providers.csv:3:{expected}");
        assert!(found.len() == 1 && found[0].starts_with(&wanted), "{wanted}: {found:?}");
    }
}

#[test]
fn missing_files_are_named() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(load(empty.path(), &rules()).unwrap_err().findings[0].code, "missing-file");
    fs_err::write(empty.path().join(FILE), TOML).unwrap();
    fs_err::write(empty.path().join("patients.csv"), "").unwrap();
    let findings = load(empty.path(), &rules()).unwrap_err().findings;
    assert_eq!((findings[0].place.file.as_str(), findings[0].code, findings.len()), ("providers.csv", "missing-file", 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_answered(toml in prop::collection::vec(any::<u8>(), 0..200), providers in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = folder("", "", &[("incident.toml", &toml), ("providers.csv", &providers)]);
        let _ = load(folder.path(), &rules());
    }

    #[test]
    fn any_damage_to_the_sample_is_answered(at in 0usize..TOML.len(), with in "[\\[\\]=\"'\\\\\n0-9x-]{0,3}", provider_at in 0usize..PROVIDERS.len()) {
        let damaged = format!("{}{with}{}", &TOML[..at], &TOML[at..]);
        let providers = format!("{}{with}{}", &PROVIDERS[..provider_at], &PROVIDERS[provider_at..]);
        if let Err(error) = judge(&damaged, &providers) {
            prop_assert!(error.findings.iter().all(|finding| !finding.hint.is_empty() && !finding.reason.is_empty()));
        }
    }
}
