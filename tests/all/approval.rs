//! The way from the wording to the mail: who must approve it, what breaks an approval, and in which words that is told.

use crate::harness::{Ended, Home, pages, tool};
use std::path::Path;

const SEAL: &str = "lakeside/seal/seal.json";
const LIST: &str = "lakeside/patients.csv";
const SIGNATURE: &str = "lakeside/templates/en/parts/signature.md";
/// The built-in template of that name.
const SIGNATURE_TEXT: &str = include_str!("../../templates/en/parts/signature.md");
/// Rows of a minor who is written to in Spanish, and of a resident of Maryland, where the sample has no other.
const SPANISH_MINOR: &str = "LS-0004";
const OF_MARYLAND: &str = "LS-0028";
/// Rows whose people have these wordings as well.
const ALIKE: [&str; 5] = [SPANISH_MINOR, "LS-0041", "LS-0042", OF_MARYLAND, "LS-0029"];

/// The sample with an own template, rule and logo, two roles that must approve, and a key for each.
fn desk() -> Home {
    let home = Home::with_sample("lakeside");
    for (name, role) in [("ada", "counsel"), ("cleo", "\"privacy officer\"")] {
        let file = home.path(name);
        tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file.to_str().unwrap()]);
        let known = std::fs::read_to_string(home.path("lakeside/signers")).unwrap_or_default();
        home.write("lakeside/signers", &format!("{known}{role} {}", home.read(&format!("{name}.pub"))));
    }
    let both = "require = [\"counsel\", \"privacy officer\"]\nallowed_signers = \"signers\"";
    home.edit("lakeside/incident.toml", "require = [\"counsel\"]", both);
    home.write(SIGNATURE, SIGNATURE_TEXT);
    home.write("lakeside/rules/federal.toml", include_str!("../../src/rules/federal.toml"));
    std::fs::create_dir(home.path("lakeside/logos")).unwrap();
    write_logo(&home.path("lakeside/logos/lake.png"), 300);
    home.edit("lakeside/providers.csv", "Chief Privacy Officer,,,", "Chief Privacy Officer,logos/lake.png,Three waves,");
    home
}

/// A grey picture, twice as wide as high.
fn write_logo(file: &Path, height: u32) {
    let mut encoder = png::Encoder::new(std::fs::File::create(file).unwrap(), 2 * height, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&vec![90; (2 * height * height) as usize]).unwrap();
}

fn approve(home: &Home, by: &str, role: &str, key: &str) -> Ended {
    home.run_words(&["approve", "lakeside", "--by", by, "--role", role, "--accept-stale", "test", "--key", key])
}

/// As far as a release that two people signed for.
fn released() -> Home {
    let home = desk();
    approve(&home, "Ada", "counsel", "ada").exits(0).says("still needed: the approval of privacy officer");
    approve(&home, "Cleo", "Privacy Officer", "cleo").exits(0).prints("sealed by Cleo as Privacy Officer, signed");
    home.run("release lakeside --by Ben").exits(0);
    home
}

/// Demands that nothing leaves for a reason, and that `check` tells the same and goes on.
#[track_caller]
fn is_broken(home: &Home, code: &str, words: &[&str]) {
    let export = home.run("export lakeside --out package").exits(3).says(&format!("[{code}]"));
    let checked = home.run("check lakeside");
    assert!(checked.code() <= 1, "{}", checked.stderr);
    for word in words {
        assert!(export.stderr.contains(word), "export does not say {word:?}:\n{}", export.stderr);
        assert!(checked.stderr.contains(word), "check does not say {word:?}:\n{}", checked.stderr);
    }
    assert_eq!(export.stderr.replace("refused: ", "note: "), told(&checked.stderr), "both tell the same");
    home.lacks("package");
}

/// The findings of `check` that are about approvals.
fn told(stderr: &str) -> String {
    let findings = stderr.split("note: ").skip(1).map(|finding| format!("note: {finding}"));
    findings.filter(|finding| ["[seal-", "[release-", "[approval-", "[signature-"].iter().any(|code| finding.contains(code))).collect()
}

/// Demands that letters are drafts, or are none.
#[track_caller]
fn renders(home: &Home, draft: bool) {
    let out = format!("out{}", std::fs::read_dir(home.path("")).unwrap().count());
    let rendered = home.run(&format!("render lakeside --out {out} --limit 1")).exits(0);
    assert_eq!(rendered.stderr.contains("every page says DRAFT"), draft, "{}", rendered.stderr);
    let (_, letter) = home.letters(&out).pop_first().unwrap();
    assert!(pages(&letter).iter().all(|page| page.replace(char::is_whitespace, "").contains("DRAFT") == draft));
}

/// The list without some people.
fn without(list: &str, records: &[&str]) -> String {
    list.lines().filter(|line| !records.iter().any(|record| line.starts_with(record))).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_whole_way_with_keys() {
    let home = desk();
    home.run("approve lakeside --by Ada --role counsel --accept-stale test")
        .exits(3)
        .says("the approval of counsel must be signed")
        .says("--key");
    approve(&home, "Ada", "counsel", "cleo").exits(3).says("which may sign as privacy officer, not as counsel");
    home.lacks("lakeside/seal").lacks("lakeside/ledger.sqlite");
    approve(&home, "Ada", "counsel", "ada").exits(0).prints("sealed by Ada as counsel, signed");
    for command in ["release lakeside --by Ben", "export lakeside --out package"] {
        home.run(command).exits(3).says("[approval-missing]").says("privacy officer is missing; approved so far: counsel");
    }
    renders(&home, true);
    approve(&home, "Cleo", "privacy officer", "cleo").exits(0);
    home.run("release lakeside --by Ben").exits(0);
    renders(&home, false);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
    for private in ["lakeside/seal", "lakeside/release.json"] {
        home.is_private(private);
    }
}

#[test]
fn one_changed_word_anywhere_breaks_it_and_is_told() {
    let home = released();
    for (file, from, to, words) in [
        (
            SIGNATURE,
            "Sincerely",
            "Faithfully",
            &["--> templates/en/parts/signature.md:2\n", "\"Sincerely,\" became \"Faithfully,\"", "the paragraph `signature`"][..],
        ),
        (
            "lakeside/incident.toml",
            "copied files. Records",
            "stole files. Records",
            &["--> incident.toml:what_happened\n", "\"copied\" became \"stole\" in \"… get into those servers and copied files. Records"],
        ),
        ("lakeside/incident.toml", "borren", "supriman", &["--> incident.toml:es.prevention\n", "\"borren\" became \"supriman\""]),
        (
            "lakeside/incident.toml",
            "phone = \"1-888-555-0143\"",
            "phone = \"1-888-555-0144\"",
            &["--> incident.toml:call_center.phone\n", "\"1-888-555-0143\" became \"1-888-555-0144\""],
        ),
        (
            "lakeside/providers.csv",
            "Ingrid Sandvik",
            "Ingrid Sandwik",
            &["--> providers.csv:2\n", "\"Sandvik,\" became \"Sandwik,\" in \"Ingrid Sandvik, Chief Privacy Officer"],
        ),
        ("lakeside/rules/federal.toml", "value = 60", "value = 59", &["--> rules/federal.toml:12\n", "\"60\" became \"59\" in"]),
    ] {
        home.edit(file, from, to);
        is_broken(&home, "seal-broken", words);
        home.edit(file, to, from);
    }

    let (logo, approved) = (home.path("lakeside/logos/lake.png"), std::fs::read(home.path("lakeside/logos/lake.png")).unwrap());
    write_logo(&logo, 299);
    is_broken(
        &home,
        "seal-broken",
        &["is not the picture that was approved\n  --> logos/lake.png\n", "look otherwise now", "with the same words"],
    );
    renders(&home, true);
    std::fs::write(&logo, approved).unwrap();

    renders(&home, false);
    let checked = home.run("check lakeside").exits(0);
    assert_eq!(told(&checked.stderr), "");
    home.run("export lakeside --out package").exits(0);
}

#[test]
fn what_only_looks_otherwise_breaks_it_too() {
    let home = released();
    home.edit("lakeside/incident.toml", "duplex = true", "duplex = false");
    is_broken(&home, "seal-broken", &["21 of the 21 approved wordings look otherwise now (variants 1-21), with the same words"]);
}

#[test]
fn people_who_need_a_wording_that_nobody_saw_break_it() {
    let home = desk();
    let all = home.read(LIST);
    home.write(LIST, &without(&all, &ALIKE));
    approve(&home, "Ada", "counsel", "ada").exits(0);
    approve(&home, "Cleo", "privacy officer", "cleo").exits(0);
    home.run("release lakeside --by Ben").exits(0);
    for (newcomer, words) in [
        (SPANISH_MINOR, "1 notice has a wording that nobody approved: a letter of role minor in Spanish"),
        (
            OF_MARYLAND,
            "1 notice has a wording that nobody approved: a letter of role adult in English, with the paragraph `residents_md` that no approved letter has",
        ),
    ] {
        let others: Vec<&str> = ALIKE.into_iter().filter(|record| *record != newcomer).collect();
        home.write(LIST, &without(&all, &others));
        is_broken(&home, "seal-broken", &[words, "the recipients changed since"]);
        renders(&home, true);
        home.run("release lakeside --by Ben").exits(3).says(words);
    }
    home.write(LIST, &all);
    is_broken(&home, "seal-broken", &["5 notices have a wording that nobody approved: 4 wordings, the first of role adult in English"]);

    // Seen and approved again, by both: what was signed before stands for another wording.
    let again = approve(&home, "Ada", "counsel", "ada").exits(0).says("still needed: the approval of privacy officer");
    again.says("this replaces the approval of Cleo as privacy officer, given to other wording");
    approve(&home, "Cleo", "privacy officer", "cleo").exits(0);
    home.run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
}

#[test]
fn people_whose_wording_is_known_void_the_release_alone() {
    let home = desk();
    let all = home.read(LIST);
    home.write(LIST, &without(&all, &["LS-0016", "LS-0041"]));
    approve(&home, "Ada", "counsel", "ada").exits(0);
    approve(&home, "Cleo", "privacy officer", "cleo").exits(0);
    let sealed = home.read(SEAL);
    home.run("release lakeside --by Ben").exits(0);
    home.write(LIST, &all);
    is_broken(&home, "release-void", &["the recipient set changed since it was released"]);
    renders(&home, false);
    home.run("release lakeside --by Ben").exits(0);
    home.write("lakeside/decisions.csv", "record,decision,argument,by,on,reason\npatients.csv:LS-0001,hold,,Ada,2026-11-20,asked\n");
    is_broken(&home, "release-void", &["the recipient set changed since it was released"]);
    std::fs::remove_file(home.path("lakeside/decisions.csv")).unwrap();
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
    assert_eq!(home.read(SEAL), sealed);
}

#[test]
fn an_open_comment_forbids_the_seal_and_is_named() {
    let home = desk();
    let line = |event: &str| format!("{{\"by\":\"Mo\",\"role\":\"nurse\",\"at\":\"2026-11-20T09:00:00Z\",\"event\":{event}}}\n");
    let comment = |paragraph: &str| {
        line(&format!("\"comment\",\"language\":\"en\",\"paragraph\":\"{paragraph}\",\"words\":\"\",\"text\":\"Who is that?\""))
    };
    let log = comment("signature") + &comment("") + &line("\"settle\",\"comment\":2");
    home.write("lakeside/review/comments.jsonl", &log);
    let refused = approve(&home, "Ada", "counsel", "ada").exits(3).says("[comment-open]").says("--> review/comments.jsonl\n");
    let refused = refused.says("comment 1 of Mo (nurse) on the paragraph `signature` (en) is open");
    assert!(!refused.stderr.contains("comment 2"), "{}", refused.stderr);
    home.lacks("lakeside/seal").lacks("lakeside/ledger.sqlite");
    home.write("lakeside/review/comments.jsonl", &(log + &line("\"settle\",\"comment\":1")));
    approve(&home, "Ada", "counsel", "ada").exits(0);
}

#[test]
fn a_wording_that_hangs_on_a_persons_own_values_is_refused() {
    let home = desk();
    let own = "{% if patient.name == \"Margaret A. Olsen\" %}\n<!-- paragraph: for_margaret -->\nYou were hit hardest.\n{% endif %}\n";
    let same = "{% if patient.name == \"Margaret A. Olsen\" %}\nYou were hit hardest.\n{% endif %}\n";
    let proofs_alone = "{% if \"Sample\" in patient.name %}\nWe are sorry.\n{% else %}\nWe are not sorry.\n{% endif %}\n";
    let few = "{% if elements | length < 6 %}\nIt is not much.\n{% endif %}\n";
    for text in [own, same, proofs_alone, few] {
        home.write(SIGNATURE, &format!("{SIGNATURE_TEXT}\n{text}"));
        let refused = approve(&home, "Ada", "counsel", "ada").exits(3).says("[wording-hidden]").says("no proof can show them");
        refused.says("--> templates/en/parts/signature.md:7:3\n");
        home.lacks("lakeside/seal");
    }
    // Of two people with the same paragraphs one has both elements and not the third: no kind that templates are tried on has.
    let combined =
        "{% if involved.mrn and involved.service_dates and not involved.diagnosis and not involved.images %}\nA number.\n{% endif %}\n";
    home.write(SIGNATURE, &format!("{SIGNATURE_TEXT}\n{combined}"));
    approve(&home, "Ada", "counsel", "ada").exits(3).says("[paragraph-wording-varies]").says("the paragraph `signature` reads differently");
    home.lacks("lakeside/seal");
    home.write(SIGNATURE, &format!("{SIGNATURE_TEXT}\n{{% if code and patient.name %}}\nYour code is above.\n{{% endif %}}\n"));
    let ended = approve(&home, "Ada", "counsel", "ada");
    assert!(!ended.stderr.contains("wording-hidden"), "{}", ended.stderr);
}

#[test]
fn a_seal_that_was_edited_lets_nothing_out() {
    let home = released();
    let sealed = home.read(SEAL);
    let hash = sealed.split("\"sha256\": \"").nth(1).unwrap()[..8].to_owned();
    let edited = "the seal was edited: its digest is not that of what it names";
    let signed = "the signature is not of this approval: the approval or the signature was changed after it was signed";
    for (from, to, code, words) in [
        (hash.as_str(), "00000000", "seal-broken", edited),
        ("\"incident\": \"lakeside-2026\"", "\"incident\": \"lakeside-2027\"", "seal-broken", edited),
        ("\"pages\": 2", "\"pages\": 1", "seal-broken", edited),
        ("\"by\": \"Ada\"", "\"by\": \"Eve\"", "signature-edited", signed),
        ("\"role\": \"privacy officer\"", "\"role\": \"Privacy officer\"", "signature-edited", signed),
    ] {
        home.edit(SEAL, from, to);
        is_broken(&home, code, &[words, "--> seal/seal.json\n"]);
        home.run("verify lakeside --allowed-signers lakeside/signers").exits(3).says(words);
        home.write(SEAL, &sealed);
    }
    for (from, to, words) in
        [("\"format\": 2", "\"format\": 1", "remove seal/seal.json and give the approval again"), ("{", "[", "cannot be understood")]
    {
        home.edit(SEAL, from, to);
        for command in ["check lakeside", "export lakeside --out package", "render lakeside --out nothing", "verify lakeside"] {
            home.run(command).exits(3).says("[approval-unreadable]").says(words);
        }
        home.lacks("package").lacks("nothing");
        home.write(SEAL, &sealed);
    }

    // How many letters a wording stood for is told beside it and is no part of it: the same letters leave.
    let count = sealed.split("\"count\": ").nth(1).unwrap().lines().next().unwrap();
    home.edit(SEAL, &format!("\"count\": {count}"), "\"count\": 9999");
    let verified = home.run("verify lakeside --allowed-signers lakeside/signers").exits(0);
    assert!(!verified.stdout.contains("9,999") && !verified.stdout.contains("recipient"), "{}", verified.stdout);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
}

#[test]
fn an_approval_without_a_key_counts_no_more_once_signers_are_listed() {
    let home = Home::released("lakeside");
    tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", home.path("ada").to_str().unwrap()]);
    home.write("lakeside/signers", &format!("counsel {}", home.read("ada.pub")));
    home.edit("lakeside/incident.toml", "[approvals]\n", "[approvals]\nallowed_signers = \"signers\"\n");
    is_broken(&home, "seal-broken", &["the approval of counsel by Ada is unsigned, and incident.toml names allowed_signers"]);
    approve(&home, "Ada", "counsel", "ada").exits(0);
    home.run("export lakeside --out package").exits(0);
}

#[test]
fn a_copy_that_has_only_its_seal_is_verified() {
    let home = released();
    std::fs::create_dir(home.path("copy")).unwrap();
    tool("cp", &["-r", home.path("lakeside/seal").to_str().unwrap(), home.path("copy/seal").to_str().unwrap()]);
    let verified = home.run("verify copy --allowed-signers lakeside/signers").exits(0);
    let verified = verified
        .prints("lakeside-2026: ")
        .prints("what lies here is what was approved")
        .prints("53 texts, 21 wordings, 2 approvals\n")
        .prints("approved by Ada as counsel on ");
    verified.prints("(ada), a key of this role").prints("(cleo), a key of this role");
    home.run("verify copy").exits(0).prints("give --allowed-signers to see whose key it is");
    home.write("others", &format!("counsel {}", home.read("cleo.pub")));
    home.run("verify copy --allowed-signers others")
        .exits(3)
        .says("signed by an unknown key")
        .says("which may sign as counsel, not as privacy officer");
    home.edit("copy/seal/proofs/001.txt", "Dear", "Deer");
    std::fs::remove_file(home.path("copy/seal/proofs/002.pdf")).unwrap();
    home.write("copy/seal/proofs/099.pdf", "%PDF");
    let refused = home.run("verify copy").exits(3).says("is not what was approved\n  --> seal/proofs/001.txt\n");
    refused.says("is gone: it was approved\n  --> seal/proofs/002.pdf\n").says("the seal does not name it\n  --> seal/proofs/099.pdf\n");
    home.run("verify .").exits(3).says("[nothing-to-verify]");
}
