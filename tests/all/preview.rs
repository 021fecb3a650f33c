//! The preview without a browser: who is let in, what is refused, what is never shown.

use crate::harness::Home;
use std::process::Command;

const APPROVE: [(&str, &str); 1] = [("read", "yes")];

/// The digest of what the page of the approval shows.
fn seen(page: &str) -> String {
    page.split("name=\"seen\" value=\"").nth(1).unwrap_or_else(|| panic!("nothing to approve in {page}"))[..64].to_owned()
}

#[test]
fn a_folder_is_private_the_same_every_time_and_replaces_only_its_own() {
    let home = Home::with_sample("lakeside");
    home.run("preview lakeside --out pages").exits(0).prints("21 wordings cover 42 notices: open pages/index.html");
    home.is_private("pages");
    let first = home.files("pages");
    assert!(first.contains_key("wording-01/letter.pdf") && first.contains_key("wording-21/page-2.png"));
    home.run("preview lakeside --out pages").exits(0);
    assert!(first == home.files("pages"), "the same incident gives the same bytes");
    home.write("pages/notes.txt", "mine");
    home.run("preview lakeside --out pages").exits(3).says("notes.txt").says("no part of a preview");
    home.write("other/index.html", "somebody's");
    home.run("preview lakeside --out other").exits(3).says("other/index.html");
    home.run("preview lakeside --out lakeside").exits(3).says("the output would mix");
    home.run("preview lakeside --out /proc/preview").exits(4).says("cannot be written");
    assert_eq!(home.read("other/index.html"), "somebody's");
}

#[test]
fn no_value_of_a_patient_is_on_any_page() {
    let home = Home::with_sample("lakeside");
    home.run("preview lakeside --out pages").exits(0);
    let list = home.read("lakeside/patients.csv");
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let of_persons = ["last_name", "address1", "email", "birth_date", "activation_code", "patient_id", "record_id", "representative_name"];
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let values: Vec<String> = rows
        .iter()
        .flat_map(|row| headers.iter().zip(row).filter(|(name, _)| of_persons.contains(name)).map(|(_, value)| value.to_owned()))
        .filter(|value| value.len() > 4)
        .collect();
    assert!(values.len() > 150, "{}", values.len());
    for (name, bytes) in home.files("pages").into_iter().filter(|(name, _)| !name.ends_with(".png") && !name.ends_with(".pdf")) {
        let text = String::from_utf8(bytes).unwrap().to_lowercase();
        // A word of its own: "Young" is no part of "younger".
        let words: std::collections::BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && !"-@.".contains(c)).collect();
        for value in &values {
            let value = value.to_lowercase();
            let shown = if value.contains(' ') { text.contains(&value) } else { words.contains(value.as_str()) };
            assert!(!shown, "{name} shows a value of a patient");
        }
    }
}

#[test]
fn only_loopback_is_listened_on() {
    let home = Home::with_sample("lakeside");
    for address in ["0.0.0.0:0", "192.168.1.1:8417", "[::]:0", "10.0.0.1:80"] {
        home.run(&format!("preview lakeside --serve --listen {address}"))
            .exits(3)
            .says("is not an address of this machine alone")
            .says("ssh -L");
    }
    home.run("preview lakeside --serve --listen localhost").exits(3).says("is no address").says("127.0.0.1:8417");
    home.run("preview lakeside --serve --reviewer Nadia").exits(3).says("needs a name and a role");
    home.run("preview lakeside").exits(2);
    home.run("preview lakeside --out x --serve").exits(2);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    home.run(&format!("preview lakeside --serve --listen {}", taken.local_addr().unwrap())).exits(4).says("cannot be listened on");
}

#[test]
fn nobody_is_let_in_without_a_link_and_no_page_of_others_acts_for_a_reviewer() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    for page in ["", "index.html", "coverage.html", "review.html", "wording-01/index.html", "wording-01/letter.pdf", "moment?since=7"] {
        serving.get(page, "reviewer=0").is(401).says("Open the link");
    }
    serving.ask("GET /enter?token=0", &[], "").is(401);
    let cookie = serving.cookie(0);
    let page = serving.get("index.html", &cookie).is(200);
    let head = page.head.to_lowercase();
    for header in ["content-security-policy: default-src 'none'", "cache-control: no-store", "x-frame-options: deny", "nosniff"] {
        assert!(head.contains(header), "{header} is not in {head}");
    }
    let sets = serving.ask(&format!("GET {}", serving.link(0).split_once(&serving.address).unwrap().1), &[], "").head;
    assert!(sets.contains("HttpOnly; SameSite=Strict"), "{sets}");
    let with_cookie = format!("Cookie: {cookie}");
    serving.ask("GET /index.html", &[&with_cookie, "Host: evil.example"], "").is(421);
    let csrf = serving.csrf(&cookie);
    let comment = format!("csrf={csrf}&language=en&paragraph=title&words=&text=Hello&back=review.html");
    serving.ask("POST /comments", &[&with_cookie, "Origin: http://evil.example"], &comment).is(421);
    serving.ask("POST /comments", &[&with_cookie], &comment.replace(&csrf, &"0".repeat(64))).is(403);
    serving.ask("POST /comments", &[], &comment).is(401);
    serving.ask("POST /comments", &[&with_cookie], &format!("{comment}{}", "x".repeat(70_000))).is(413);
    serving.ask("GET /wording-01/..%2f..%2fproviders.csv", &[&with_cookie], "").is(404);
    serving.ask("GET /wording-99/index.html", &[&with_cookie], "").is(404);
    serving.ask("GET /wording-01/page-9.png", &[&with_cookie], "").is(404);
    assert!(!home.path("lakeside/review").exists(), "nothing was said");
    serving.ask("POST /comments", &[&with_cookie], &comment).is(303);
    home.is_private("lakeside/review/comments.jsonl");
}

#[test]
fn a_reader_reads_and_neither_comments_nor_approves() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &[]);
    let cookie = serving.cookie(0);
    serving.get("index.html", &cookie).is(200).says("21 wordings");
    let page = serving.get("review.html", &cookie).is(200).says("You can read").text();
    assert!(!page.contains("<form"), "{page}");
    let fields = [("csrf", ""), ("language", "en"), ("paragraph", ""), ("words", ""), ("text", "x"), ("back", "")];
    serving.send("comments", &cookie, &fields).is(403);
    serving.send("approve", &cookie, &[("csrf", ""), ("seen", ""), ("read", "yes")]).is(403);
}

#[test]
fn two_reviewers_at_once_lose_no_word_and_both_approvals_count() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "require = [\"counsel\"]", "require = [\"counsel\", \"privacy officer\"]");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel", "Grace Lindholm=privacy officer"]);
    let cookies = [serving.cookie(0), serving.cookie(1)];
    std::thread::scope(|scope| {
        for cookie in &cookies {
            let serving = &serving;
            scope.spawn(move || {
                let csrf = serving.csrf(cookie);
                for at in 0..10 {
                    let text = format!("remark {at}");
                    let fields =
                        [("csrf", csrf.as_str()), ("language", "en"), ("paragraph", "title"), ("words", ""), ("text", &text), ("back", "")];
                    serving.send("comments", cookie, &fields).is(303);
                }
            });
        }
    });
    assert_eq!(home.read("lakeside/review/comments.jsonl").lines().count(), 20);
    home.run("approve lakeside --by Ada --role counsel --accept-stale x").exits(3).says("comment 1 of").says("is open");
    let csrf = serving.csrf(&cookies[0]);
    for number in 1..=20 {
        serving.send(&format!("comments/{number}"), &cookies[0], &[("csrf", &csrf), ("act", "settle"), ("text", ""), ("back", "")]).is(303);
    }
    // Both at the same moment.
    std::thread::scope(|scope| {
        for cookie in &cookies {
            let (csrf, page) = (serving.csrf(cookie), serving.get("review.html", cookie).text());
            let (seen, serving) = (seen(&page), &serving);
            scope.spawn(move || {
                let fields = [("csrf", csrf.as_str()), ("seen", &seen), ("accept_stale", "a rehearsal"), APPROVE[0]];
                serving.send("approve", cookie, &fields).is(303);
            });
        }
    });
    serving.get("index.html", &cookies[0]).says("Approved: this is what will be mailed").says("Grace Lindholm as privacy officer");
    drop(serving);
    home.run("release lakeside --by Ben").exits(0);
}

#[test]
fn an_approval_of_other_letters_is_refused_with_what_changed() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let cookie = serving.cookie(0);
    let (csrf, seen) = (serving.csrf(&cookie), seen(&serving.get("review.html", &cookie).text()));
    home.edit("lakeside/incident.toml", "copied files", "took files");
    let fields = [("csrf", csrf.as_str()), ("seen", &seen), ("accept_stale", "a rehearsal"), APPROVE[0]];
    serving.send("approve", &cookie, &fields).is(409).says("the letter changed at ").says("page 1, ").says("copied").says("took");
    let unknown = "0".repeat(64);
    let fields = [("csrf", csrf.as_str()), ("seen", &unknown), ("accept_stale", "a rehearsal"), APPROVE[0]];
    serving.send("approve", &cookie, &fields).is(409).says("earlier run of the server");
    assert!(!home.path("lakeside/seal").exists());
}

#[test]
fn outside_counsel_signs_on_another_machine() {
    let home = Home::with_sample("lakeside");
    let keygen = |arguments: &[&str]| {
        let done = Command::new("ssh-keygen").args(arguments).current_dir(home.path("")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "nadia", "-f", "key"]);
    keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "mallory", "-f", "other"]);
    home.write("lakeside/signers", &format!("counsel {}", home.read("key.pub")));
    home.edit("lakeside/incident.toml", "require = [\"counsel\"]", "require = [\"counsel\"]\nallowed_signers = \"signers\"");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let cookie = serving.cookie(0);
    let csrf = serving.csrf(&cookie);
    let page = serving.get("review.html", &cookie).is(200).says("must be signed").text();
    let seen = seen(&page);
    let fields = |signature: &str| {
        let own = [("csrf", csrf.as_str()), ("seen", &seen), ("read", "yes"), ("accept_stale", "a rehearsal"), ("signature", signature)];
        own.map(|(name, value)| (name, value.to_owned()))
    };
    let send = |page: &str, signature: &str| {
        let fields = fields(signature);
        serving.send(page, &cookie, &fields.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    send("approve", "").is(409).says("must be signed");
    home.write("statement.txt", &send("statement.txt", "").is(200).says("by: Nadia Flores").text());
    let signed = |key: &str| {
        let _ = std::fs::remove_file(home.path("statement.txt.sig"));
        keygen(&["-q", "-Y", "sign", "-n", "approval@breachnotice", "-f", key, "statement.txt"]);
        home.read("statement.txt.sig")
    };
    send("approve", &signed("other")).is(409).says("unknown key SHA256:");
    send("approve", &signed("key").replace('\n', "\r\n")).is(303);
    serving.get("review.html", &cookie).says("Nadia Flores as counsel").says(", signed");
    drop(serving);
    home.run("verify lakeside --allowed-signers lakeside/signers").exits(0).prints("a key of this role").prints("nadia");
    home.run("release lakeside --by Ben").exits(0);
}

#[test]
fn a_broken_template_at_the_start_is_refused_and_while_serving_it_is_told() {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/templates/en/parts/signature.md", "<!-- paragraph: signature -->\n{% if code %}\n");
    home.run("preview lakeside --serve --listen 127.0.0.1:0").exits(3).says("templates/en/parts/signature.md");
    home.run("preview lakeside --out pages").exits(3).says("templates/en/parts/signature.md");
    assert!(!home.path("pages").exists());
}

#[test]
fn how_an_email_shows_is_seen_and_sealed() {
    let home = Home::released("lakeside");
    home.run("preview lakeside --out pages").exits(0);
    let pages = home.files("pages");
    let told = |words: &str| {
        pages.iter().filter(|(name, bytes)| name.ends_with("index.html") && String::from_utf8_lossy(bytes).contains(words)).count()
    };
    assert_eq!((told("<dt>Subject</dt>"), told("<dt>Reply to</dt>")), (2, 2), "on the pages of wordings that go by e-mail");
    let subject = home.read("lakeside/incident.toml").lines().find(|line| line.starts_with("subject = ")).unwrap().to_owned();
    home.edit("lakeside/incident.toml", &subject, "subject = \"Read this at once\"");
    home.run("send lakeside --dry-run").exits(3).says("incident.toml:email.subject");
    home.edit("lakeside/incident.toml", "Read this at once", "Your HIV test results");
    home.run("check lakeside").says("the subject of e-mails says").says("[sensitive-word]");
}

#[test]
fn a_comment_after_the_seal_stops_everything_until_it_is_settled() {
    let home = Home::released("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let cookie = serving.cookie(0);
    let csrf = serving.csrf(&cookie);
    let fields = [("csrf", csrf.as_str()), ("language", "en"), ("paragraph", "title"), ("words", ""), ("text", "Stop."), ("back", "")];
    serving.send("comments", &cookie, &fields).is(303);
    let open = "comment 1 of Nadia Flores (counsel) on the paragraph `title` (en) is open";
    home.run("check lakeside").says(open);
    for command in ["release lakeside --by Ben", "export lakeside --out package", "send lakeside --dry-run"] {
        home.run(command).exits(3).says(open);
    }
    serving.send("comments/1", &cookie, &[("csrf", &csrf), ("act", "settle"), ("text", "It may stay."), ("back", "")]).is(303);
    home.run("export lakeside --out package").exits(0);
    for (language, paragraph) in [("en", "no_such"), ("xx", "title"), ("en", "<img src=x>")] {
        let fields =
            [("csrf", csrf.as_str()), ("language", language), ("paragraph", paragraph), ("words", ""), ("text", "x"), ("back", "")];
        serving.send("comments", &cookie, &fields).is(409).says("a passage that no letter has");
    }
}

#[test]
fn an_approval_needs_the_word_that_all_was_read_and_two_servers_leave_each_other_alone() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let cookie = serving.cookie(0);
    let (csrf, seen) = (serving.csrf(&cookie), seen(&serving.get("review.html", &cookie).text()));
    let fields = [("csrf", csrf.as_str()), ("seen", &seen), ("accept_stale", "a rehearsal"), ("read", "")];
    serving.send("approve", &cookie, &fields).is(409).says("you did not say that you have read every wording");
    let other = home.serves("lakeside", &[]);
    let both = format!("{cookie}; {}", other.cookie(0));
    serving.get("index.html", &both).is(200);
    other.get("index.html", &both).is(200);
}

#[test]
fn large_print_is_shown_where_somebody_asked_for_it() {
    let home = Home::with_sample("lakeside");
    home.run("preview lakeside --out pages").exits(0);
    let large: Vec<String> = home.files("pages").into_keys().filter(|name| name.ends_with("letter-large.pdf")).collect();
    let [large] = large.as_slice() else { panic!("{large:?}") };
    let pages = crate::harness::pages(&home.path(&format!("pages/{large}")));
    assert!(pages.len() > 2 && pages[0].contains("Jordan Sample"), "{pages:?}");
    assert!(home.read(&format!("pages/{}", large.replace("letter-large.pdf", "index.html"))).contains("Large print, "));
}

#[test]
fn where_nobody_is_told_there_is_nothing_to_approve() {
    let home = Home::with_sample("lakeside");
    let header = home.read("lakeside/patients.csv").lines().next().unwrap().to_owned();
    home.write("lakeside/patients.csv", &format!("{header}\n"));
    home.run("preview lakeside --out pages").exits(0).prints("0 wordings cover 0 notices");
    home.run("approve lakeside --by Ada --role counsel --accept-stale x").exits(3).says("nobody is to be told");
}
