//! Every command, well and badly: what an incident goes through from its first check to its report.

use super::super::ledgers::{Place, server};
use super::super::server::{Act, At, Server};
use super::{Watch, figure, pdfs, tables};

/// A server that refuses the first person, by address and name.
fn refusing() -> Server {
    Server::faulty(At::Rcpt, Act::Say("550 5.1.1 <zaqvix.aa@post.example> Zaqvixlaa unknown here"))
}

/// A home that sends through a server.
fn sending(server: &Server) -> Watch {
    let watch = Watch::new();
    watch.home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
    watch
}

/// From the first check to what leaves. A command that is added to the program gets its line here or in `comes_back`.
fn goes_out(watch: &mut Watch) {
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
}

/// Writes what comes back of some pieces; it holds canaries as well.
pub(super) fn write_what_comes_back(watch: &mut Watch, pieces: &[String]) {
    let mailed: String = pieces.iter().map(|piece| format!("{piece},mailed,2026-12-07\n")).collect();
    watch.write("mailed.csv", &format!("piece_id,status,mail_date\n{mailed}"));
    let returned = format!(
        "piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n{},2026-12-20,MOVED,9 Zaqvix Way,Keene,NH,03431\n{},Zaqvix,ZAQVIX,,,,\n",
        pieces[0], pieces[1]
    );
    watch.write("returns.csv", &returned);
    watch.write("bounces.mbox", "From x\nFrom: zaqvix@post.example\nSubject: Zaqvix could not be reached\n\nZaqvix\n");
}

/// What came back is taken in, and the incident is closed.
fn comes_back(watch: &mut Watch) {
    let pieces: Vec<String> = watch.home.letters("out").into_keys().collect();
    write_what_comes_back(watch, &pieces);
    watch.run("receive lakeside production mailed.csv");
    watch.run("receive lakeside returns returns.csv");
    watch.run("receive lakeside bounces bounces.mbox");
    watch.run("status lakeside");
    watch.run("status lakeside --json");
    watch.run("report lakeside --out report");
    watch.run("report lakeside --out report --json");
    watch.run("report lakeside --out report --lookup lookup.csv --pack pack.tar");
    watch.run("verify lakeside");
    watch.run("verify report");
    watch.run("verify pack.tar");
    watch.run("purge lakeside --before 2026-11-01 --by Ada --dry-run").exits(3);
    watch.run("purge lakeside --before 2026-11-01 --by Ada --incident lakeside-2026 --reason test").exits(3);
}

/// Values where they do not belong, rows of all lengths, files that are none.
fn goes_badly(watch: &mut Watch) {
    let rows = watch.home.read("lakeside/patients.csv");
    let broken = rows.replacen("1908-01-01", "Zaqvix", 1).replacen(",adult,", ",Zaqvix,", 3).replacen(",MI,", ",Zaqvix,", 2);
    let broken = broken.replacen("49684", "ZAQVIX", 2).replacen("name;birth_date", "zaqvix;birth_date", 2);
    watch.write("lakeside/patients.csv", &broken);
    watch.run("check lakeside --out checked --findings findings.csv").exits(1);
    watch.run("render lakeside --out held");
    watch.write("lakeside/patients.csv", &(broken + "Zaqvix,Zaqvix\n\"Zaqvix"));
    watch.run("check lakeside --out checked --findings findings.csv");
    watch.run("render lakeside --out again");
    watch.run("release lakeside --by Ben");
    watch.run("export lakeside --out package");
    watch.write("broken.csv", "Zaqvix\nZaqvix,Zaqvix\n");
    for kind in ["ncoa", "production", "returns", "bounces", "substitute"] {
        watch.run(&format!("receive lakeside {kind} broken.csv"));
    }
    watch.write("lakeside/patients.csv", &rows);
}

#[test]
fn patient_data_stands_only_where_it_has_to() {
    for before in ["umask 022", "umask 000"] {
        let server = refusing();
        let mut watch = sending(&server);
        watch.home.before(before);
        goes_out(&mut watch);
        comes_back(&mut watch);
        let looked = watch.look();
        let hidden = pdfs::look(&watch);
        goes_badly(&mut watch);
        let after = watch.look();
        assert!(after.held > looked.held, "whoever is held stands in mend.csv");
        let (tables, values) = tables::of_file(&watch.home.path("lakeside/ledger.sqlite"));
        figure(&format!(
            "canaries, {before}: {} commands, {} files and {} folders looked at, {} of the files there to hold patient data, 0 others, each for \
             its owner alone; {hidden}; ledger: {tables} tables, {values} values, 0 with a canary",
            watch.commands, after.files, after.folders, after.held
        ));
    }
}

#[test]
fn no_table_of_a_shared_ledger_holds_patient_data() {
    if std::env::var("BREACHNOTICE_TEST_POSTGRES").is_err() {
        return figure("canaries, PostgreSQL: not looked at, BREACHNOTICE_TEST_POSTGRES is not set");
    }
    let (mail, place) = (refusing(), Place::schema(&server()));
    let mut watch = sending(&mail);
    watch.option = place.option.clone();
    goes_out(&mut watch);
    comes_back(&mut watch);
    watch.look();
    let (tables, values) = tables::of_schema(&place);
    figure(&format!("canaries, PostgreSQL: {} commands; ledger: {tables} tables, {values} values, 0 with a canary", watch.commands));
}
