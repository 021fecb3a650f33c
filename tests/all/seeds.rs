//! Letters to addresses of our own: they leave with the others, and are nobody of the counts.

use crate::harness::{Home, rows};
use serde_json::{Value, json};

/// Two desks of ours, told what the first patient of the sample is told.
fn seeds(elements: &str) -> String {
    format!(
        "record_id,patient_id,provider_id,last_name,first_name,status,address1,city,state,postal_code,elements,activation_code\n\
         SEED-1,SEED-1,LRMC,Noticedesk,Privacy,adult,77 Beacon St,Boston,MA,02108,{elements},SEED-0000-0001\n\
         SEED-2,SEED-2,LRMC,Noticedesk,Counsel,adult,1600 Market St,Philadelphia,PA,19103,{elements},SEED-0000-0002\n"
    )
}

const ELEMENTS: &str = "name;birth_date;mrn;provider_names;diagnosis;treatment;insurance;address;service_dates";

fn status(home: &Home) -> Value {
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["closes"], true, "{status}");
    status
}

#[test]
fn rulings_on_patients_are_about_no_seed() {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/seeds.csv", &seeds(ELEMENTS));
    let ruling = "patients.csv:LS-0002,hold,,Ada,2026-11-20,asks for a call first";
    home.write("lakeside/decisions.csv", &format!("record,decision,argument,by,on,reason\n{ruling}\n"));
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(1);
    home.run("release lakeside --by Ben").exits(1);
    assert_eq!(home.run("export lakeside --out package --json").json()["seeds"], 2);
}

#[test]
fn seeds_leave_with_the_first_package_and_count_for_nobody() {
    let home = Home::released("lakeside");
    let before = status(&home);
    home.write("lakeside/seeds.csv", &seeds(ELEMENTS));
    let exported = home.run("export lakeside --out package --json").exits(0).json();
    assert_eq!(exported["seeds"], 2);
    let folder = exported["package"].as_str().unwrap().to_owned();
    let index = rows(&home.read(&format!("{folder}/pieces.csv")));
    assert_eq!(exported["pieces"], index.len());
    let own: Vec<&str> =
        index.iter().filter(|row| ["02108", "19103"].contains(&row["zip5"].as_str())).map(|row| row["piece_id"].as_str()).collect();
    assert_eq!(own.len(), 2);
    assert!(!home.read(&format!("{folder}/ticket.json")).contains("seed"), "the house is not told which they are");

    let after = status(&home);
    for count in ["rows", "recipients", "held", "excluded"] {
        assert_eq!(after[count], before[count], "{count}");
    }
    assert_eq!(
        (&after["letters"]["total"], &after["seeds"]),
        (&before["letters"]["total"], &json!({ "total": 2, "states": { "exported": 2 } }))
    );
    home.run(&format!("verify {folder} --incident lakeside")).exits(0);
    home.run("export lakeside --out package --json").exits(0).says("already");

    // The house mails them like any other, and one comes back: nobody is unreachable by it.
    let mailed: String = own.iter().map(|piece| format!("{piece},1,mailed,,2026-12-01\n")).collect();
    home.write("mailed.csv", &format!("piece_id,attempt,status,reason,mail_date\n{mailed}"));
    home.run("receive lakeside production mailed.csv").exits(0);
    home.write(
        "back.csv",
        &format!("piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n{},2026-12-09,ANK,,,,\n", own[0]),
    );
    home.run("receive lakeside returns back.csv").exits(0);
    let after = status(&home);
    assert_eq!((&after["seeds"]["states"], &after["unreachable"]), (&json!({ "mailed": 1, "unreachable": 1 }), &json!([])));
    let plan = home.run("plan lakeside --as-of 2026-12-20 --json").exits(0).json();
    let substitute = plan["obligations"].as_array().unwrap().iter().find(|duty| duty["id"] == "substitute_notice:LRMC:US").unwrap();
    assert_eq!(substitute["count"], 0);
}

#[test]
fn a_seed_that_was_destroyed_is_printed_again_with_the_same_bytes() {
    let home = Home::released("lakeside");
    home.write("lakeside/seeds.csv", &seeds(ELEMENTS));
    let first = home.run("export lakeside --out package --json").exits(0).json();
    let index = rows(&home.read(&format!("{}/pieces.csv", first["package"].as_str().unwrap())));
    let seed = index.iter().find(|row| row["zip5"] == "02108").unwrap();
    home.write("jam.csv", &format!("piece_id,attempt,status,reason,mail_date\n{0},1,spoiled,jam,\n{0},1,destroyed,,\n", seed["piece_id"]));
    home.run("receive lakeside production jam.csv").exits(0);
    let again = home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "paper jam", "--json"]).exits(0).json();
    let reprinted = rows(&home.read(&format!("{}/pieces.csv", again["package"].as_str().unwrap())));
    assert_eq!((again["pieces"].as_u64(), &reprinted[0]["piece_sha256"]), (Some(1), &seed["piece_sha256"]));
}

#[test]
fn a_seed_that_cannot_be_written_to_or_has_unapproved_words_keeps_everything_back() {
    let home = Home::released("lakeside");
    home.write("lakeside/seeds.csv", &seeds(ELEMENTS).replace("77 Beacon St", ""));
    home.run("check lakeside").exits(0).says("seeds.csv:2");
    home.run("export lakeside --out package").exits(3).says("seeds.csv:2").says("seed-unfit");
    let patient = home.read("lakeside/patients.csv").lines().take(2).collect::<Vec<_>>().join("\n");
    home.write("lakeside/seeds.csv", &patient);
    home.run("export lakeside --out package").exits(3).says("of the patient patients.csv:LS-0001");
    // Nobody among the sample's patients lost only a driver's license.
    home.write("lakeside/seeds.csv", &seeds("drivers_license"));
    home.run("export lakeside --out package").exits(3).says("seed-wording");
    assert!(!home.path("package").exists(), "nothing is begun");
    home.write("lakeside/seeds.csv", &seeds(ELEMENTS));
    home.run("export lakeside --out package").exits(0).prints("of these 2 to yourselves");
}
