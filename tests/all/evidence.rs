//! The evidence pack: it proves itself, and shows no more of anybody than it must.

use crate::harness::Home;
use crate::reliability::evidence::sums;
use serde_json::Value;

fn written(home: &Home) -> Value {
    home.run("report lakeside --out report --as-of 2026-12-20 --json").exits(1).json()
}

#[test]
fn a_pack_is_checked_without_anything_else() {
    let home = Home::released("lakeside");
    let report = written(&home);
    home.copy("report", "kept");
    home.remove("lakeside");
    home.remove("report");
    for path in ["kept", "kept/evidence"] {
        let verified = home.run(&format!("verify {path} --json")).exits(0).json();
        let pack = &verified["evidence"];
        assert_eq!((&pack["closes"], &pack["people"], &pack["sha256"]), (&true.into(), &44.into(), &report["evidence"]["sha256"]));
        assert_eq!(pack["files"], report["evidence"]["files"]);
        assert_eq!(pack["seal"]["approvals"][0]["role"], "counsel");
    }
    home.is_private("kept/evidence/people.csv");
    home.run("verify kept").exits(0).prints("the counts close");
    home.run("verify kept --incident .").exits(3).says("option-misused");
    // In an empty folder there is still a report to be made, and it says what it cannot prove.
    let early = Home::with_sample("lakeside");
    written(&early);
    early.run("verify report").exits(0).says("no ledger is in it");
}

#[test]
fn nothing_of_a_patient_stands_in_a_pack_but_record_ids() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out out --limit 1").exits(0);
    written(&home);
    let mut reader = csv::Reader::from_path(home.path("lakeside/patients.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let places: Vec<usize> = ["last_name", "address1", "birth_date", "email", "patient_id"]
        .iter()
        .filter_map(|name| headers.iter().position(|header| header == *name))
        .collect();
    let files = home.files("report");
    let mut values: Vec<String> = reader
        .records()
        .flat_map(|record| places.iter().map(|place| record.as_ref().unwrap()[*place].to_owned()).collect::<Vec<_>>())
        .collect();
    // Shorter ones stand in words.
    values.retain(|value| value.len() > 5);
    assert!(values.len() > 60, "{headers:?}");
    // What counsel approved are letters to invented people, some of whom have a usual name.
    for (name, bytes) in files.iter().filter(|(name, _)| !name.starts_with("evidence/seal/")) {
        let text = String::from_utf8_lossy(bytes);
        for value in &values {
            assert!(!text.contains(value.as_str()), "{name} has {value}");
        }
    }
}

#[test]
fn what_was_done_to_a_pack_is_named_precisely() {
    let home = Home::released("lakeside");
    written(&home);
    let finds = |expected: &[&str]| {
        let verified = home.run("verify report --json").exits(3).json();
        let findings = verified["findings"].as_array().unwrap().iter();
        let told: Vec<String> =
            findings.map(|one| format!("{} {}", one["place"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect();
        assert_eq!(told, expected);
    };
    let at = |name: &str| home.path(&format!("report/evidence/{name}"));
    std::fs::rename(at("delays.csv"), at("holds.csv")).unwrap();
    finds(&["delays.csv was renamed to holds.csv, or its line in SHA256SUMS was changed"]);
    std::fs::rename(at("holds.csv"), at("delays.csv")).unwrap();
    home.write("report/evidence/notes.txt", "mine");
    finds(&["notes.txt was added, or its line in SHA256SUMS was taken out"]);
    home.remove("report/evidence/notes.txt");
    let kept = home.read("report/evidence/inputs.csv");
    home.remove("report/evidence/inputs.csv");
    finds(&["inputs.csv is gone, or its line in SHA256SUMS was added"]);
    home.write("report/evidence/inputs.csv", &kept.replace(",45\n", ",46\n"));
    finds(&["inputs.csv was changed, or its line in SHA256SUMS was", "inputs.csv the lists have 46 rows, by evidence.json 45"]);
    home.write("report/evidence/inputs.csv", &kept);
    std::fs::remove_file(at("waivers.csv")).unwrap();
    std::os::unix::fs::symlink(at("delays.csv"), at("waivers.csv")).unwrap();
    finds(&[
        "waivers.csv is a link or no file: a copy of the pack would not have what it leads to",
        "waivers.csv is gone, or its line in SHA256SUMS was added",
    ]);
}

#[test]
fn a_pack_is_held_against_a_ledger() {
    let home = Home::released("lakeside");
    written(&home);
    home.run("verify report --ledger sqlite:lakeside/ledger.sqlite").exits(0);
    let other = Home::released("lakeside");
    home.copy("report", "kept");
    std::fs::copy(other.path("lakeside/ledger.sqlite"), home.path("other.sqlite")).unwrap();
    home.run("verify kept --ledger sqlite:other.sqlite").exits(3).says("ledger-changed");
}

#[test]
fn a_pack_of_lists_that_changed_holds_and_the_report_says_so() {
    let home = Home::released("lakeside");
    home.edit("lakeside/patients.csv", "LS-0021,", "LS-9021,");
    let rows = home.read("lakeside/patients.csv");
    home.write(
        "lakeside/patients.csv",
        &rows.lines().filter(|row| !row.starts_with("LS-9021")).map(|row| format!("{row}\n")).collect::<String>(),
    );
    let report = written(&home);
    let open = report["open"].as_array().unwrap().iter().find(|item| item["what"] == "the lists").unwrap();
    assert!(open["hint"].as_str().unwrap().contains("44 rows now, the last job was made from 45"), "{open}");
    home.run("verify report").exits(0).prints("the lists had changed since: 44 rows");
    assert!(home.read("report/evidence/declaration.txt").contains("they have 44 rows, and the records below are of 45"));
}

#[test]
fn somebody_who_took_the_place_of_another_in_the_lists_is_not_taken_for_told() {
    let home = Home::released("lakeside");
    home.edit(
        "lakeside/patients.csv",
        "LS-0001,0047147,LRMC,Olsen,Margaret,A.,,1958-03-14",
        "LS-9001,0777777,LRMC,Zephyr,Quill,,,1961-05-02",
    );
    let report = written(&home);
    let open = |what: &str| report["open"].as_array().unwrap().iter().find(|item| item["what"] == what).unwrap()["hint"].to_string();
    assert!(open("the lists").contains("have 1 to be told who were in no job, and no more 1 who were in the last"), "{report}");
    assert!(
        open("LRMC: letters").contains("the lists have 1 to be told who are in no job, and no more 1 who were in the last"),
        "{report}"
    );
    home.run("verify report").exits(0).prints("the lists had changed since: 1 to be told in no job, 1 no more");
    let declaration = home.read("report/evidence/declaration.txt");
    assert!(
        declaration.contains("1 to be told by the lists were in no job, and 1 of the last job are to be told no more"),
        "{declaration}"
    );
}

#[test]
fn each_wording_is_told_with_those_who_had_it() {
    let home = Home::released("lakeside");
    let approvals = |home: &Home| {
        let declaration = home.read("report/evidence/declaration.txt");
        let from = declaration.find("2.  ").unwrap();
        declaration[from..declaration.find("3.  ").unwrap()].to_owned()
    };
    home.run("export lakeside --out package").exits(0);
    let mailed = |home: &Home, file: &str| {
        let pieces: String = home.records_of_pieces("lakeside").keys().map(|piece| format!("{piece},mailed,2026-12-08\n")).collect();
        home.write(file, &format!("piece_id,status,mail_date\n{pieces}"));
        home.run(&format!("receive lakeside production {file}"));
    };
    mailed(&home, "first.csv");
    home.edit("lakeside/incident.toml", "copied files. Records", "took files. Records");
    home.run("approve lakeside --by Mallory --role counsel --accept-stale test --quiet").exits(0);
    written(&home);
    let told = approvals(&home);
    for words in [
        "The wording of 40 notices was approved by Ada as counsel on",
        "A wording that no notice had when this draft was made was approved by Mallory",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // Regulators get the samples of what their residents got, also once somebody else gets the new wording.
    let list = home.read("lakeside/patients.csv");
    let row = list.lines().find(|line| line.contains(",NCH,") && line.contains(",RI,")).unwrap();
    let row = row.replacen("LS-", "LS-9", 1).replacen(row.split(',').nth(1).unwrap(), "0777777", 1);
    let row = row.replacen(row.split(',').nth(3).unwrap(), "Zephyr", 1).replacen(row.split(',').nth(4).unwrap(), "Quill", 1);
    home.write("lakeside/patients.csv", &format!("{list}{row}\n"));
    home.run("release lakeside --by Rita").exits(0);
    home.run("export lakeside --out package").exits(0);
    mailed(&home, "second.csv");
    written(&home);
    let told = approvals(&home);
    for words in ["The wording of 40 notices was approved by Ada", "The wording of 1 notice was approved by Mallory", "released by Rita"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let samples = |state: &str| home.read(&format!("report/states/{state}.html"));
    assert!(samples("NCH-MA").contains("evidence/earlier-seals/") && !samples("NCH-MA").contains("evidence/seal/proofs"));
    assert!(home.read("report/hhs/NCH.html").contains("went with an earlier wording"));
    let sample = samples("NCH-MA");
    let from = sample.find("evidence/earlier-seals/").unwrap();
    assert!(home.path(&format!("report/{}", &sample[from..from + sample[from..].find(".pdf").unwrap() + 4])).is_file());
}

#[test]
fn approvals_that_do_not_belong_together_are_told() {
    let home = Home::released("lakeside");
    home.edit("lakeside/incident.toml", "copied files. Records", "took files. Records");
    home.run("approve lakeside --by Mallory --role counsel --accept-stale test --quiet").exits(0);
    let first = |report: &Value| report["open"][0]["what"].as_str().unwrap().to_owned();
    assert_eq!(first(&written(&home)), "the approved wording");
    home.run("verify report").exits(0).prints("1 earlier seal and what was released under each");
    // Neither can be told away by taking it out.
    let home = Home::released("lakeside");
    home.remove("lakeside/release.json");
    assert_eq!(first(&written(&home)), "release.json");
    home.run("verify report").exits(3).says("the recipients had been released");
    let home = Home::released("lakeside");
    home.remove("lakeside/ledger.sqlite");
    home.run("report lakeside --out report").exits(3).says("ledger-lost");
    let home = Home::released("lakeside");
    home.run("report lakeside --out report --ledger sqlite:nope.sqlite").exits(3).says("ledger-lost");
    home.write("lakeside/seal/proofs/001.txt", "another wording");
    assert_eq!(first(&written(&home)), "the approval of the wording");
}

#[test]
fn what_letters_said_that_left_stays_proved_after_another_approval() {
    let home = Home::released("lakeside");
    let before = home.files("lakeside/seal");
    home.edit("lakeside/incident.toml", "copied files. Records", "took files. Records");
    for by in ["Mallory", "Trent"] {
        home.run(&format!("approve lakeside --by {by} --role counsel --accept-stale test --quiet")).exits(0);
    }
    home.run("release lakeside --by Ada").exits(0);
    let kept = std::fs::read_dir(home.path("lakeside/earlier-seals")).unwrap().next().unwrap().unwrap().file_name();
    let kept = format!("earlier-seals/{}", kept.to_str().unwrap());
    assert_eq!(home.files(&format!("lakeside/{kept}/seal")), before);
    home.is_private(&format!("lakeside/{kept}/release.json"));
    home.run("verify lakeside").exits(0).prints("1 earlier seal and what was released under each");
    written(&home);
    home.run("verify report").exits(0).prints("1 earlier seal and what was released under each");

    // Whoever takes it out, or changes it, has to be told off by more than the checksums.
    let says = |change: &dyn Fn(&Home, &str), what: &str| {
        home.copy("report/evidence", "pack");
        change(&home, &format!("pack/{kept}"));
        home.write("pack/SHA256SUMS", &String::from_utf8(sums(&home.files("pack"))).unwrap());
        home.run("verify pack").exits(3).says(what);
        home.remove("pack");
    };
    let take_out = |home: &Home, _: &str| {
        home.remove("pack/earlier-seals");
    };
    says(&take_out, "which is not here: nothing shows what their letters said");
    let unreleased = |home: &Home, kept: &str| {
        home.remove(&format!("{kept}/release.json"));
    };
    says(&unreleased, &format!("{kept}/release.json"));
    let reworded = |home: &Home, kept: &str| {
        home.write(&format!("{kept}/seal/proofs/001.txt"), "other words");
    };
    says(&reworded, &format!("{kept}/seal/proofs/001.txt"));
    let by_nobody = |home: &Home, kept: &str| {
        home.edit(&format!("{kept}/seal/seal.json"), "\"by\": \"Ada\"", "\"by\": \"Eve\"");
    };
    says(&by_nobody, &format!("{kept}/seal/seal.json"));
    home.write(&format!("lakeside/{kept}/seal/proofs/001.txt"), "other words");
    home.run("verify lakeside").exits(3).says(&format!("{kept}/seal/proofs/001.txt"));
}

#[test]
fn nothing_is_kept_of_a_wording_under_which_nobody_was_released() {
    let home = Home::with_sample("lakeside");
    for (from, to) in [("copied files. Records", "took files. Records"), ("took files. Records", "copied files. Records")] {
        home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(0);
        home.edit("lakeside/incident.toml", from, to);
    }
    home.lacks("lakeside/earlier-seals");
}

#[test]
fn a_pack_without_its_ledger_tells_of_no_piece() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    written(&home);
    for gone in ["ledger", "seal", "release.json", "history.csv", "came-back.csv"] {
        home.remove(&format!("report/evidence/{gone}"));
    }
    let mut manifest: Value = serde_json::from_str(&home.read("report/evidence/evidence.json")).unwrap();
    (manifest["sealed"], manifest["released"], manifest["heads"]) = (false.into(), false.into(), Value::Array(Vec::new()));
    home.write("report/evidence/evidence.json", &manifest.to_string());
    home.write("report/evidence/SHA256SUMS", &String::from_utf8(sums(&home.files("report/evidence"))).unwrap());
    home.run("verify report").exits(3).says("there is no ledger here that holds it");
}

#[test]
fn nothing_is_lost_where_a_report_takes_its_place() {
    let home = Home::released("lakeside");
    written(&home);
    home.write("report/hhs/receipts/acknowledged.pdf", "a receipt");
    home.run("report lakeside --out report").exits(3).says("report/hhs/receipts/acknowledged.pdf");
    home.remove("report/hhs/receipts");
    home.edit("report/evidence/declaration.txt", "Executed on ____________________", "Executed on 2026-12-21");
    home.run("report lakeside --out report").exits(3).says("changed since");
    home.remove("report");
    written(&home);
    home.copy("lakeside", "harbor").edit("harbor/incident.toml", "id = \"lakeside-2026\"", "id = \"harbor-2026\"");
    for file in ["ledger.sqlite", "release.json", "seal"] {
        home.remove(&format!("harbor/{file}"));
    }
    home.run("report harbor --out report").exits(3).says("of another incident");
    home.write(".other.partial/keep.txt", "mine");
    home.run("report lakeside --out other").exits(3).says("keep.txt");
    home.run("export lakeside --out package").exits(0);
    for handed_on in ["package/lakeside-2026_0001/report", "report/evidence/report", "report/another"] {
        home.run(&format!("report lakeside --out {handed_on}")).exits(3).says("it would lie in a report, a pack, a package or a preview");
    }
    home.run("report lakeside --out again --pack proof.tar").exits(1);
    home.write(".proof.tar.partial/keep.txt", "mine");
    home.run("verify proof.tar").exits(3).says("keep.txt");
    assert_eq!(home.read(".proof.tar.partial/keep.txt"), "mine");
}

#[test]
fn a_pipe_in_a_pack_is_named_and_not_waited_for() {
    let home = Home::released("lakeside");
    written(&home);
    home.remove("report/evidence/people.csv");
    let pipe = home.path("report/evidence/people.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    home.run("verify report").exits(3).says("people.csv");
}

#[test]
fn a_pack_can_be_one_file_that_is_checked_like_the_folder() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    home.run("report lakeside --out report --as-of 2026-12-20 --pack pack.tar").exits(1).says("pack.tar is the evidence pack as one file");
    home.is_private("pack.tar");
    let of_folder = home.run("verify report").exits(0).stdout;
    assert_eq!(home.run("verify pack.tar").exits(0).stdout, of_folder);
    let left = std::fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with('.')).count(), 0, "what was unpacked is gone");
    let bytes = std::fs::read(home.path("pack.tar")).unwrap();
    let people = bytes.windows(12).position(|window| window == b"record,provi").unwrap();
    let mut changed = bytes.clone();
    changed[people + 80] ^= 1;
    std::fs::write(home.path("changed.tar"), &changed).unwrap();
    home.run("verify changed.tar").exits(3).says("people.csv");
    for (length, says) in [(bytes.len() / 2, "cut off or damaged"), (bytes.len() - 1024, "cut off at its end")] {
        std::fs::write(home.path("cut.tar"), &bytes[..length]).unwrap();
        home.run("verify cut.tar").exits(3).says(says);
    }
    std::fs::write(home.path("more.tar"), [bytes.as_slice(), b"a list"].concat()).unwrap();
    home.run("verify more.tar").exits(3).says("something was put behind the pack");
    std::fs::write(home.path("filled.tar"), [bytes.as_slice(), &[0; 512]].concat()).unwrap();
    home.run("verify filled.tar").exits(0);
    home.write("other/file", "no pack");
    crate::harness::tool(
        "tar",
        &["-cf", &home.path("other.tar").display().to_string(), "-C", &home.path("other").display().to_string(), "file"],
    );
    home.run("verify other.tar").exits(3).says("it is no evidence pack");
    let running = home.start("verify pack.tar");
    std::thread::sleep(std::time::Duration::from_millis(20));
    running.kill();
    assert_eq!(home.run("verify pack.tar").exits(0).stdout, of_folder, "what a killed check left is no hindrance");
    home.lacks(".pack.tar.partial");
    home.write("secret.age", "age-encryption.org/v1\n-> X25519 abc\n");
    home.run("verify secret.age").exits(3).says("age --decrypt");
    home.run("report lakeside --out report --as-of 2026-12-20 --pack pack.tar").exits(3).says("this file exists");
    home.run("report lakeside --out report --as-of 2026-12-20 --pack report/pack.tar").exits(3).says("it would lie in a report");
}

#[cfg(feature = "age")]
#[test]
fn an_encrypted_pack_is_checked_once_it_is_decrypted() {
    let home = Home::released("lakeside");
    let path = |name: &str| home.path(name).display().to_string();
    crate::harness::tool("age-keygen", &["-o", &path("keeper.key")]);
    home.write("keeper.pub", &crate::harness::tool("age-keygen", &["-y", &path("keeper.key")]));
    home.run("report lakeside --out report --as-of 2026-12-20 --pack pack.tar.age --encrypt keeper.pub").exits(1);
    home.is_private("pack.tar.age");
    home.run("verify pack.tar.age").exits(3).says("decrypt it first");
    crate::harness::tool("age", &["-d", "-i", &path("keeper.key"), "-o", &path("pack.tar"), &path("pack.tar.age")]);
    home.run("verify pack.tar").exits(0);
    home.run("report lakeside --out report --as-of 2026-12-20 --pack other.age --encrypt keeper.key").exits(3).says("private key");
    home.lacks("other.age");
}

#[cfg(not(feature = "age"))]
#[test]
fn a_pack_that_cannot_be_encrypted_is_not_written() {
    let home = Home::with_sample("lakeside");
    home.write("keeper.pub", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n");
    home.run("report lakeside --out report --pack pack.tar.age --encrypt keeper.pub").exits(3).says("--features age");
    home.lacks("pack.tar.age").lacks("report");
}
