//! The harness can fail: what is faulty is reported, what is missing ends the test, and what is turned off stays off.

use super::{Browser, Screen};
use crate::harness::Home;
use fantoccini::key::Key;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

/// A form that answers in two ways: a link's script writes below it, and sending it opens the page again with the name.
const GOOD: &str = r##"
<h1>Wording</h1>
<form><label>Your name <input name="name" value="Nobody"></label> <button>Approve</button></form>
<p><a href="#later" id="later">Later</a></p>
<p id="answer"></p>
<p hidden>secret</p>
<script>
  document.querySelector("#later").addEventListener("click", () =>
    setTimeout(() => { document.querySelector("#answer").innerHTML = "<b>Seen later</b>"; }, 200));
  document.querySelector("#answer").textContent = "A script ran";
</script>"##;

/// A picture without words, grey on grey, and buttons that a thumb cannot tell apart.
const FAULTY: &str = r#"
<h1>Wording</h1>
<img id="seal" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<p id="pale" style="color: #aaa; background: #fff">Pale words</p>
<button style="font-size: 6px; padding: 0; border: 0">A</button><button style="font-size: 6px; padding: 0; border: 0">B</button>"#;

fn page(body: &str) -> String {
    let head = "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Preview</title>";
    format!("<!DOCTYPE html><html lang=\"en\"><head>{head}</head><body><main>{body}</main></body></html>")
}

fn written(home: &Home, body: &str) -> PathBuf {
    home.write("page.html", &page(body)).path("page.html")
}

/// A server that answers everything with one page, as strict as ours, until the test process ends.
fn served(body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let page = page(body);
    let rules = "Content-Security-Policy: default-src 'none'; script-src 'self'\r\nSet-Cookie: reviewer=Ada; HttpOnly; SameSite=Strict";
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n{rules}\r\n\r\n", page.len());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            // Chromium opens connections ahead of need and may close them unused.
            if connection.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                let _ = connection.write_all(format!("{head}{page}").as_bytes());
            }
        }
    });
    address
}

#[test]
fn axe_reports_known_faults_and_where_they_are() {
    let home = Home::new();
    let browser = Browser::new();
    browser.open_file(&written(&home, FAULTY));
    let broken = browser.axe();
    let rules: Vec<&str> = broken.iter().map(|violation| violation.rule.as_str()).collect();
    assert_eq!(rules, ["color-contrast", "image-alt", "target-size"]);
    let report = broken[0].to_string();
    for part in ["color-contrast (serious): ", "\n  #pale\n", "insufficient color contrast"] {
        assert!(report.contains(part), "no {part:?} in {report}");
    }
    let failed = message(|| browser.assert_accessible());
    assert!(failed.contains("page.html is not accessible") && failed.contains("#seal"), "{failed}");
}

#[test]
fn a_page_is_read_and_used() {
    let home = Home::new();
    let browser = Browser::new();
    browser.open_file(&written(&home, GOOD));
    browser.assert_accessible();
    assert_eq!((browser.title(), browser.text("#answer")), ("Preview".to_owned(), "A script ran".to_owned()));
    assert_eq!(browser.texts("p"), ["Later", "A script ran", ""], "hidden text is not to be seen");
    assert!(browser.source().contains("secret") && browser.exists("p[hidden]") && !browser.exists("#absent"));

    browser.type_into("input", "Ada O'Brien");
    browser.press(&[Key::Tab]);
    assert_eq!(browser.text(":focus"), "Approve");
    browser.press(&[Key::Shift, Key::Tab]);
    assert_eq!(browser.attribute(":focus", "name").as_deref(), Some("name"));
    browser.turn_page(|| browser.press(&[Key::Enter]));
    assert!(browser.url().ends_with("page.html?name=Ada+O%27Brien"), "{}", browser.url());
    browser.submit("form");
    assert!(browser.url().ends_with("page.html?name=Nobody"), "{}", browser.url());

    browser.click("#later");
    browser.wait_for("#answer b", SOON);
    browser.wait_for_text("#answer", "Seen later", SOON);
    assert_eq!(browser.execute("return arguments[0] + document.links.length", &[json!(1)]), 2);
}

#[test]
fn with_javascript_off_pages_run_nothing_and_forms_work() {
    let home = Home::new();
    let browser = Browser::without_javascript();
    browser.open_file(&written(&home, GOOD));
    browser.assert_accessible();
    browser.type_into("input", "Ben");
    browser.submit("form");
    assert!(browser.url().ends_with("page.html?name=Ben"), "{}", browser.url());
    for url in [browser.url(), served(GOOD)] {
        browser.open(&url);
        assert_eq!(browser.text("#answer"), "", "{url} ran a script");
    }
    assert_eq!(browser.console_errors(), [""; 0], "no script was even refused");
    browser.open_file(&written(&home, FAULTY));
    assert!(browser.axe().iter().any(|violation| violation.rule == "image-alt"));
}

#[test]
fn a_strict_page_stops_its_own_scripts_and_not_the_judge() {
    let browser = Browser::new();
    browser.open(&served(GOOD));
    assert_eq!(browser.text("#answer"), "", "the policy allows no script in the page");
    let errors = browser.console_errors();
    assert!(errors.iter().any(|error| error.contains("Content Security Policy")), "{errors:?}");
    assert_eq!(browser.console_errors(), [""; 0]);
    browser.assert_accessible();
    assert_eq!(browser.console_errors(), [""; 0], "judging is no fault of the page");
    let cookies = browser.cookies();
    assert_eq!(cookies.iter().map(|cookie| (cookie.name(), cookie.http_only())).collect::<Vec<_>>(), [("reviewer", Some(true))]);
    browser.open(&served(FAULTY));
    assert!(browser.axe().iter().any(|violation| violation.rule == "image-alt"));
}

#[test]
fn screens_are_as_large_as_they_say() {
    let home = Home::new();
    let browser = Browser::new();
    assert_eq!(pictured(&browser, &home.path("desktop.png")), (1280, 900));
    browser.resize(Screen::Phone);
    browser.open(&served(GOOD));
    browser.open_file(&written(&home, GOOD));
    assert_eq!(browser.execute("return [innerWidth, innerHeight]", &[]), json!([390, 844]));
    assert_eq!(pictured(&browser, &home.path("phone.png")), (390, 844));
    browser.open_file(&home.write("old.html", "<!DOCTYPE html><title>Made for desktops</title>").path("old.html"));
    assert_eq!(browser.execute("return innerWidth", &[]), 980, "laid out wide and shrunk");
}

/// Width and height of what the screen shows.
fn pictured(browser: &Browser, path: &Path) -> (u32, u32) {
    browser.screenshot(path);
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    (reader.info().width, reader.info().height)
}

#[test]
fn a_failed_test_says_what_it_saw_and_leaves_no_browser() {
    let home = Home::new();
    let browser = Browser::new();
    let process = browser.client.capabilities().unwrap()["goog:processID"].to_string();
    let process = Path::new("/proc").join(process);
    assert!(process.exists());
    browser.open_file(&written(&home, GOOD));
    let failures: [(&str, &dyn Fn()); 6] = [
        ("cannot click \"#absent\"", &|| browser.click("#absent")),
        ("cannot click \"p[hidden]\"", &|| browser.click("p[hidden]")),
        ("no text in \"#absent\"", &|| drop(browser.text("#absent"))),
        ("cannot type into \"h1\"", &|| browser.type_into("h1", "text")),
        ("no \"#absent\" came within", &|| browser.wait_for("#absent", Duration::from_millis(100))),
        ("no \"Bye\" came in \"h1\" within", &|| browser.wait_for_text("h1", "Bye", Duration::from_millis(100))),
    ];
    for (start, failure) in failures {
        let message = message(failure);
        assert!(message.starts_with(start) && message.contains("page.html shows:\nWording\n"), "{message}");
    }
    message(move || browser.click("#absent"));
    assert!(!process.exists(), "the browser outlived its test");
}

/// What a failing call says.
fn message(call: impl FnOnce()) -> String {
    let failure = catch_unwind(AssertUnwindSafe(call)).expect_err("this call must fail");
    *failure.downcast::<String>().unwrap()
}
