//! Reviewers at work in a real browser: the whole way from a planted fault to letters without a watermark, and every page accessible.

use super::{Browser, Screen};
use crate::harness::Home;
use crate::serving::Serving;
use fantoccini::key::Key;
use std::path::Path;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);
const WHAT_HAPPENED: &str = "lakeside/templates/en/parts/what_happened.md";

fn built_in(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name)).unwrap()
}

/// The template without the paragraphs that tell the date of the breach.
fn without_dates(template: &str) -> String {
    let start = template.find("{% if breach.one_day %}").unwrap();
    let end = start + template[start..].find("{% endif %}").unwrap() + "{% endif %}".len();
    format!("{}{}", &template[..start], &template[end..])
}

pub(super) fn entered(browser: &Browser, serving: &Serving, reviewer: usize) {
    browser.open(serving.link(reviewer));
    browser.wait_for("table.wordings", SOON);
}

#[test]
fn a_fault_is_seen_with_its_clause_discussed_mended_compared_approved_and_sealed() {
    let home = Home::with_sample("lakeside");
    home.run("approve lakeside --by Ada --role counsel --accept-stale rehearsal").exits(0);
    home.write(WHAT_HAPPENED, &without_dates(&built_in("en/parts/what_happened.md")));
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let browser = Browser::new();
    entered(&browser, &serving, 0);

    // The planted fault, on the overview and on the page of the wording, with its clause.
    assert!(browser.text(".faults").contains("does not hold the date of the breach (45 CFR 164.404(c)(1)(A))"));
    let first = browser.text("tbody tr:first-child");
    assert!(first.contains('✗') && first.contains("missing"), "{first}");
    browser.follow("tbody tr:first-child th a");
    assert!(browser.texts(".faults .finding strong").contains(&"The letter does not hold the date of the breach.".to_owned()));
    assert!(browser.text(".faults .finding").contains("45 CFR 164.404(c)(1)(A)"));
    assert!(browser.text(".checklist tr.lacks").contains("✗ missing"));

    // A comment on the passage.
    let say = "#passage-7 + .remarks details, .passage[data-paragraph=what_happened] ~ .remarks details";
    browser.click(&format!("{say} summary"));
    browser.type_into(&format!("{say} textarea"), "The dates of the breach are gone.");
    browser.follow(&format!("{say} button"));
    assert!(browser.text(".comment.open").contains("Nadia Flores"));
    assert!(browser.text(".comment.open").contains("The dates of the breach are gone."));
    browser.open(&serving.page("review.html"));
    assert!(browser.text("main").contains("Nothing can be approved while letters lack what the law asks for"));

    // Mended on the disk, with one word that was not sealed: the page loads again by itself.
    browser.open(&serving.page("wording-01/index.html"));
    home.write(WHAT_HAPPENED, &built_in("en/parts/what_happened.md").replace("We are sorry that", "We regret that"));
    browser.wait_for_text(".lead", "Everything is there", SOON);
    assert!(!browser.exists(".faults"));

    // What reads otherwise than what was sealed.
    assert!(browser.text(".compared").contains("We are sorry regret that this happened"), "{}", browser.text(".compared"));
    assert_eq!(browser.texts(".compared del").join(" ").trim(), "are sorry");
    assert_eq!(browser.texts(".compared ins").join(" ").trim(), "regret");

    // Settled and approved.
    browser.open(&serving.page("review.html"));
    assert!(browser.text("main").contains("Nothing can be approved while comments are open"));
    browser.follow("button[value=settle]");
    browser.wait_for(".approve", SOON);
    if browser.exists("input[name=accept_stale]") {
        browser.type_into("input[name=accept_stale]", "a rehearsal");
    }
    browser.click("input[name=read]");
    browser.follow("button.main");
    browser.wait_for_text(".standing", "Approved by Nadia Flores as counsel", SOON);
    drop(browser);
    drop(serving);

    let rendered = home.run("render lakeside --out final").exits(0);
    assert!(!rendered.stderr.contains("DRAFT"), "{}", rendered.stderr);
    home.run_words(&["release", "lakeside", "--by", "Ben"]).exits(0);
    let text = home.read(WHAT_HAPPENED);
    home.write(WHAT_HAPPENED, &text.replace("We regret that", "We deplore that"));
    home.run("export lakeside --out package").exits(3).says("\"regret\" became \"deplore\"").says("templates/en/parts/what_happened.md");
    home.run("render lakeside --out again").exits(0).says("DRAFT");
}

#[test]
fn no_page_has_a_fault_of_accessibility() {
    let home = Home::with_sample("lakeside");
    home.run("approve lakeside --by Ada --role counsel --accept-stale rehearsal").exits(0);
    home.write(WHAT_HAPPENED, &without_dates(&built_in("en/parts/what_happened.md")));
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let cookie = serving.cookie(0);
    let csrf = serving.csrf(&cookie);
    for (paragraph, words) in [("what_happened", "servers"), ("", "")] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("language", "en"),
            ("paragraph", paragraph),
            ("words", words),
            ("text", "Why?\nReally."),
            ("back", ""),
        ];
        serving.send("comments", &cookie, &fields).is(303);
    }
    serving.send("comments/2", &cookie, &[("csrf", &csrf), ("act", "settle"), ("text", "It may stay."), ("back", "")]).is(303);
    let browser = Browser::new();
    entered(&browser, &serving, 0);
    let pages = ["index.html", "coverage.html", "wording-01/index.html", "wording-21/index.html", "review.html", "wording-01/email.html"];
    for screen in [Screen::Desktop, Screen::Phone] {
        browser.resize(screen);
        for page in pages {
            browser.open(&serving.page(page));
            browser.assert_accessible();
            let wider = browser.execute("return document.documentElement.scrollWidth - document.documentElement.clientWidth", &[]);
            assert!(wider.as_i64().unwrap() <= 0, "{page} is {wider} pixels wider than the screen");
        }
    }
    // What cannot be rendered is told on every page, and approval can be asked for.
    home.write(WHAT_HAPPENED, "<!-- paragraph: what_happened -->\n{{ provider.nme }}\n");
    browser.open(&serving.page("index.html"));
    browser.wait_for(".trouble", SOON);
    assert!(browser.text(".trouble").contains("templates/en/parts/what_happened.md:2:13"), "{}", browser.text(".trouble"));
    browser.assert_accessible();
    home.write(WHAT_HAPPENED, &built_in("en/parts/what_happened.md"));
    serving.send("comments/1", &cookie, &[("csrf", &csrf), ("act", "settle"), ("text", ""), ("back", "")]).is(303);
    browser.open(&serving.page("review.html"));
    browser.wait_for(".approve", SOON);
    browser.assert_accessible();
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn keys_alone_lead_from_the_overview_to_a_comment() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let browser = Browser::new();
    entered(&browser, &serving, 0);
    browser.press(&[Key::Tab]);
    assert_eq!(browser.text(":focus"), "Skip to the content");
    browser.press(&[Key::Enter]);
    let to = |words: &str| {
        for _ in 0..60 {
            browser.press(&[Key::Tab]);
            // The skip link leads to the content as a whole, which holds the words as well.
            if browser.exists(":is(a, summary):focus") && browser.text(":is(a, summary):focus").contains(words) {
                return;
            }
        }
        panic!("no key leads to {words:?}");
    };
    to("1. Adult, English");
    browser.turn_page(|| browser.press(&[Key::Enter]));
    to("Comment on return_address");
    browser.press(&[Key::Enter]);
    browser.press(&[Key::Tab]);
    browser.press(&[Key::Tab]);
    assert!(browser.exists("textarea[name=text]:focus"));
}

#[test]
fn without_scripts_pages_are_read_commented_and_approved() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let browser = Browser::without_javascript();
    entered(&browser, &serving, 0);
    browser.follow("tbody tr:nth-child(3) th a");
    let say = ".passage[data-paragraph=what_happened] ~ .remarks details";
    browser.click(&format!("{say} summary"));
    browser.type_into(&format!("{say} textarea"), "Is this so?");
    browser.follow(&format!("{say} button"));
    browser.follow("button[value=settle]");
    assert!(browser.exists(".comment.settled"));
    browser.open(&serving.page("review.html"));
    if browser.exists("input[name=accept_stale]") {
        browser.type_into("input[name=accept_stale]", "a rehearsal");
    }
    browser.click("input[name=read]");
    browser.follow("button.main");
    assert!(browser.text(".standing").contains("Approved by Nadia Flores as counsel"), "{}", browser.text("main"));
}

#[test]
fn a_tab_of_long_ago_approves_nothing_and_is_told_what_changed() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let browser = Browser::without_javascript();
    entered(&browser, &serving, 0);
    browser.open(&serving.page("review.html"));
    home.write(WHAT_HAPPENED, &built_in("en/parts/what_happened.md").replace("We are sorry that", "We regret that"));
    if browser.exists("input[name=accept_stale]") {
        browser.type_into("input[name=accept_stale]", "a rehearsal");
    }
    browser.click("input[name=read]");
    browser.follow("button.main");
    assert_eq!(browser.text("h1"), "You looked at other letters");
    browser.assert_accessible();
    let told = browser.text("main");
    assert!(
        told.contains("the letter changed at ") && told.contains("page 1, ") && told.contains("\"are sorry\" became \"regret\""),
        "{told}"
    );
    assert!(!home.path("lakeside/seal").exists());
}

#[test]
fn the_overview_is_filtered_and_a_folder_needs_no_server() {
    let home = Home::with_sample("lakeside");
    let preview = home.run("preview lakeside --out pages").exits(0);
    assert!(preview.stdout.starts_with("21 wordings cover 42 notices"), "{}", preview.stdout);
    let browser = Browser::new();
    browser.open_file(&home.path("pages/index.html"));
    let shown = || browser.execute("return document.querySelectorAll('tr[data-role]:not([hidden])').length", &[]).as_i64().unwrap();
    assert_eq!(shown(), 21);
    browser.execute("const s = document.querySelector('select[name=language]'); s.value = 'Spanish'; s.dispatchEvent(new Event('change', {bubbles: true}));", &[]);
    assert!(shown() > 0 && shown() < 21, "{}", shown());
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    assert_eq!(browser.text("#filtered"), format!("{} of 21 wordings", shown()));
    browser.assert_accessible();
    let loaded = "return Array.from(document.images).every((image) => image.loading === 'lazy' || image.naturalWidth > 0)";
    browser.open_file(&home.path("pages/wording-01/index.html"));
    assert_eq!(browser.execute(loaded, &[]), true);
    browser.assert_accessible();
    browser.follow("nav[aria-label=Wordings] a[rel=next]");
    assert!(browser.text("h1").starts_with("2. "));
}
