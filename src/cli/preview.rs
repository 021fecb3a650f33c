//! `preview`: what counsel looks at before approving.

use super::progress::Bar;
use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::error::{Error, Place, Result};
use crate::ledger::Access;
use crate::review::serve::{Clock, Reviewer, Reviewers, Server};
use crate::run;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Show one proof of every wording, for legal review: in a folder, or behind a server on this machine
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("where").required(true))]
pub(super) struct PreviewArguments {
    /// Incident folder
    dir: PathBuf,
    /// Folder for pages that open in any browser without a server
    #[arg(long, value_name = "OUT", group = "where")]
    out: Option<PathBuf>,
    /// Serve the pages on this machine, live: reviewers comment and approve
    #[arg(long, group = "where")]
    serve: bool,
    /// Who may comment and approve, and in which role; once for each
    #[arg(long, value_name = "NAME=ROLE", requires = "serve")]
    reviewer: Vec<String>,
    /// Address to listen on, of this machine alone
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8417", requires = "serve")]
    listen: String,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: &PreviewArguments) -> Result<Outcome> {
    match &arguments.out {
        Some(out) => write(ui, arguments, out),
        None => serve(ui, ledger, arguments),
    }
}

fn write(ui: &Ui, arguments: &PreviewArguments, out: &std::path::Path) -> Result<Outcome> {
    let preview = run::write_preview(&arguments.dir, out, &Bar::new(ui))?;
    let state = &preview.state;
    let text = format!(
        "{} cover{} {}: open {}",
        count(state.cards.len() as u64, "wording"),
        if state.cards.len() == 1 { "s" } else { "" },
        count(state.notices, "notice"),
        out.join("index.html").display()
    );
    ui.result(state, &text)?;
    let faults = state.faults.len() as u64;
    if faults > 0 {
        ui.say(&format!("{} must be mended before anything can be approved: see the overview", count(faults, "fault")));
    }
    Ok(Outcome::of_held(state.held))
}

/// The whole of `--json`.
#[derive(Serialize)]
struct Served {
    address: String,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    role: String,
    link: String,
}

fn serve(ui: &Ui, ledger: Option<&Access>, arguments: &PreviewArguments) -> Result<Outcome> {
    let PreviewArguments { dir, reviewer, listen, .. } = arguments;
    let address = listen.parse::<SocketAddr>().map_err(|_| {
        let hint = "write it with its port, as in --listen 127.0.0.1:8417";
        Error::refused("listen-refused", Place::file("--listen"), format!("`{listen}` is no address"), hint)
    })?;
    let reviewers = Reviewers::admit(reviewer.iter().map(|text| Reviewer::parse(text)).collect::<Result<_>>()?)?;
    let clock = Clock { now: clock::now, today: clock::today };
    let server = Server::open(dir, address, reviewers, run::desk(dir, ledger), clock)?;
    let links = server.links().into_iter().map(|(Reviewer { name, role }, link)| Link { name, role, link });
    let served = Served { address: server.address().to_string(), links: links.collect() };
    ui.result(&served, &told(&served))?;
    ui.say("stop with Ctrl-C");
    server.run()?;
    Ok(Outcome::Done)
}

fn told(served: &Served) -> String {
    let links = served.links.iter().map(
        |Link { name, role, link }| {
            if name.is_empty() { format!("  to read: {link}") } else { format!("  {name}, {role}: {link}") }
        },
    );
    let first = format!("serving on {}; each link is for one person:", served.address);
    std::iter::once(first).chain(links).collect::<Vec<_>>().join("\n")
}
