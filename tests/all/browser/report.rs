//! The report in a browser: every kind of page is accessible, and loads nothing that is not there.

use super::{Browser, Screen};
use crate::harness::Home;

#[test]
fn every_page_of_a_report_is_accessible() {
    let home = Home::released("lakeside");
    home.run("report lakeside --out report --as-of 2026-12-20").exits(1);
    let browser = Browser::new();
    let pages = [
        "index.html",
        "hhs/NCH.html",
        "states/NCH-NY.html",
        "notices/index.html",
        "notices/call-center-NCH.en.html",
        "notices/call-center-NCH.es.html",
        "evidence/index.html",
    ];
    for screen in [Screen::Desktop, Screen::Phone] {
        browser.resize(screen);
        for page in pages {
            browser.open_file(&home.path("report").join(page));
            browser.assert_accessible();
            assert_eq!(browser.console_errors(), Vec::<String>::new(), "{page}");
        }
    }
    browser.resize(Screen::Desktop);
    browser.open_file(&home.path("report/index.html"));
    browser.follow("a[href='notices/index.html']");
    assert_eq!(browser.text("h1"), "Notices that go to nobody by name");
    browser.follow("a[href='call-center-NCH.en.html']");
    assert!(browser.text("h1").starts_with("Call Center Script: Narrow Cove"), "{}", browser.text("h1"));
}

#[test]
fn a_server_shows_notices_to_reviewers() {
    let home = Home::with_sample("lakeside");
    let serving = home.serves("lakeside", &["Nadia Flores=counsel"]);
    let browser = Browser::new();
    super::review::entered(&browser, &serving, 0);
    browser.follow("a[href='notices/call-center-NCH.en.html']");
    assert!(browser.text("h1").starts_with("Call Center Script: Narrow Cove"), "{}", browser.text("h1"));
    assert_eq!(browser.console_errors(), Vec::<String>::new(), "its style is let in");
    browser.assert_accessible();
}
