//! Every name, address, birth date, code, number and e-mail address of an incident is a canary; every command runs, well and badly. Then
//! canaries stand in files that are there to hold them, each for its owner alone, and nowhere else.

use super::figure;
use super::server::{Act, At, Server};
use crate::harness::{Ended, Home};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Stands in every text of a patient, whatever its case.
const CANARY: &[u8] = b"zaqvix";
/// The year in which everybody old was born, as dates are written.
const BORN: [&str; 3] = ["1908-0", "/1908", ", 1908"];

/// What every command printed, and how many there were.
struct Watch {
    home: Home,
    commands: usize,
}

impl Watch {
    /// Runs a command with everything told that can be told.
    #[track_caller]
    fn run(&mut self, command: &str) -> Ended {
        self.commands += 1;
        let ended = self.home.run(command);
        for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            assert!(!holds(text.as_bytes()), "{name} of {command}: {text}");
        }
        assert!([0, 1, 3, 4].contains(&ended.code()), "{command} ended with {}", ended.code());
        ended
    }
}

fn holds(bytes: &[u8]) -> bool {
    let lower = bytes.to_ascii_lowercase();
    lower.windows(CANARY.len()).any(|window| window == CANARY) || BORN.iter().any(|born| find(bytes, born.as_bytes()))
}

fn find(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// The sample, every value of a patient replaced: `column` names what it is, the number whose.
fn canaries(patients: &str) -> String {
    let mut reader = csv::Reader::from_reader(patients.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers).unwrap();
    for (number, row) in reader.records().enumerate() {
        let row = row.unwrap();
        let letters = format!("{}{}", char::from(b'a' + (number / 26) as u8), char::from(b'a' + (number % 26) as u8));
        let cell = |(header, cell): (&str, &str)| match header {
            _ if cell.is_empty() => String::new(),
            "last_name" | "first_name" | "middle_name" => format!("Zaqvix{}{letters}", &header[..1]),
            "representative_name" => format!("Zaqvixr{letters} Zaqvixs{letters}"),
            "patient_id" => format!("ZAQVIX{number:04}"),
            "email" => format!("zaqvix.{letters}@post.example"),
            "birth_date" if cell < "1990" => format!("1908-0{}-{:02}", 1 + number % 9, 1 + number % 28),
            "activation_code" => format!("ZAQVIX-C{number:03}"),
            _ if header.ends_with("address1") => format!("{} Zaqvix{letters} Street", 100 + number),
            _ => cell.to_owned(),
        };
        writer.write_record(headers.iter().zip(&row).map(cell)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { files.extend(files_below(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

/// What a file is there to hold patient data for; absent when it is not. Letters keep theirs compressed: what stands in them as it is
/// are names of files, metadata and outlines.
fn purpose(name: &str) -> Option<&'static str> {
    let is = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name {
        _ if is(&["patients.csv", "broken.csv", "returns.csv", "bounces.mbox"]) => Some("what a person wrote or got"),
        _ if is(&["/mend.csv"]) => Some("rows to be mended"),
        _ if is(&[".eml"]) => Some("e-mails as they would leave"),
        _ if is(&["asked.csv"]) => Some("addresses for a vendor"),
        _ if is(&["/moves.csv", "/moves.toml"]) => Some("new addresses that the post gave"),
        _ => None,
    }
}

#[test]
fn patient_data_stands_only_where_it_has_to() {
    let mut home = Home::with_sample("lakeside");
    let temporary = home.path("temporary");
    std::fs::create_dir(&temporary).unwrap();
    home.set("RUST_LOG", "trace");
    home.set("RUST_BACKTRACE", "full");
    home.set("TMPDIR", temporary.display().to_string());
    let refusal = "550 5.1.1 <zaqvix.aa@post.example> Zaqvixlaa unknown here";
    let server = Server::faulty(At::Rcpt, Act::Say(refusal));
    home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
    home.write("lakeside/patients.csv", &canaries(&home.read("lakeside/patients.csv")));
    let mut watch = Watch { home, commands: 0 };

    // Well.
    watch.run("check lakeside --out checked --findings findings.csv");
    watch.run("plan lakeside --ics calendar.ics --memo memo.pdf");
    watch.run("preview lakeside --out previews");
    watch.run("approve lakeside --by Ada --role counsel --accept-stale test");
    watch.run("release lakeside --by Ben").exits(0);
    watch.run("render lakeside --out out --as both --archive");
    watch.run("render lakeside --out one --only LS-0001");
    watch.run("export lakeside --addresses asked.csv");
    watch.run("export lakeside --out package").exits(0);
    watch.run("send lakeside --dry-run");
    watch.run("send lakeside --despite-failures");
    watch.run("send lakeside --retry-now");

    // What comes back holds them, too.
    let pieces: Vec<String> = watch.home.records_of_pieces("lakeside").into_keys().collect();
    let mailed: String = pieces.iter().map(|piece| format!("{piece},mailed,2026-12-07\n")).collect();
    watch.home.write("mailed.csv", &format!("piece_id,status,mail_date\n{mailed}"));
    watch.run("receive lakeside production mailed.csv");
    let returned = format!(
        "piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n{},2026-12-20,MOVED,9 Zaqvix Way,Keene,NH,03431\n{},Zaqvix,ZAQVIX,,,,\n",
        pieces[0], pieces[1]
    );
    watch.home.write("returns.csv", &returned);
    watch.run("receive lakeside returns returns.csv");
    watch.home.write("bounces.mbox", "From x\nFrom: zaqvix@post.example\nSubject: Zaqvix could not be reached\n\nZaqvix\n");
    watch.run("receive lakeside bounces bounces.mbox");
    watch.run("status lakeside");
    watch.run("status lakeside --json");
    watch.run("report lakeside --out report");
    watch.run("report lakeside --out report --json");
    watch.run("verify lakeside");
    watch.run("verify report");

    // Badly: values where they do not belong, rows of all lengths, files that are none.
    let rows = watch.home.read("lakeside/patients.csv");
    let broken = rows.replacen("1908-01-01", "Zaqvix", 1).replacen(",adult,", ",Zaqvix,", 3).replacen(",MI,", ",Zaqvix,", 2);
    let broken = broken.replacen("49684", "ZAQVIX", 2).replacen("name;birth_date", "zaqvix;birth_date", 2) + "Zaqvix,Zaqvix\n\"Zaqvix";
    watch.home.write("lakeside/patients.csv", &broken);
    watch.run("check lakeside --out checked --findings findings.csv");
    watch.run("render lakeside --out again");
    watch.run("release lakeside --by Ben");
    watch.run("export lakeside --out package");
    watch.home.write("broken.csv", "Zaqvix\nZaqvix,Zaqvix\n");
    for kind in ["ncoa", "production", "returns", "bounces", "substitute"] {
        watch.run(&format!("receive lakeside {kind} broken.csv"));
    }
    // And killed.
    watch.home.write("lakeside/patients.csv", &rows);
    for milliseconds in [5, 40, 120, 300] {
        for command in ["render lakeside --out killed --as both", "report lakeside --out report"] {
            let running = watch.home.start(command);
            std::thread::sleep(std::time::Duration::from_millis(milliseconds));
            running.kill();
        }
    }
    watch.run("render lakeside --out killed --as both");

    let home = watch.home.path("");
    let (mut held, mut looked) = (0, 0);
    for path in files_below(&home) {
        let name = path.strip_prefix(&home).unwrap().display().to_string();
        assert!(!holds(name.as_bytes()), "a file is called {name}");
        looked += 1;
        let is_ours =
            !["lakeside/", "returns.csv", "bounces.mbox", "broken.csv", "mailed.csv"].iter().any(|theirs| name.starts_with(theirs));
        if is_ours {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name} has mode {mode:o}");
        }
        if !holds(&std::fs::read(&path).unwrap()) {
            continue;
        }
        assert!(purpose(&name).is_some(), "{name} holds patient data");
        held += 1;
    }
    assert_eq!(files_below(&temporary), Vec::<PathBuf>::new(), "nothing is left in the temporary folder");
    let commands = watch.commands;
    figure(&format!("canaries: {commands} commands, {looked} files looked at, {held} of them there to hold patient data, 0 others"));
}
