//! providers.csv -> [`Provider`]s.

use super::csv_rows::CsvRows;
use super::dates::parse_date;
use super::logo::{self, LogoFault};
use super::nearest::{folded, nearest, suggestion};
use super::provider_checks;
use super::toml_file::is_direction_control;
use super::{Incident, Logo, Provider, text_file};
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::rules::{Jurisdiction, Rules};
use csv::StringRecord;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The file's name.
pub(super) const FILE: &str = "providers.csv";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnRule {
    #[serde(default)]
    required: bool,
    #[serde(default)]
    aliases: Vec<String>,
}

type ColumnRules = BTreeMap<String, ColumnRule>;

fn column_rules() -> Result<ColumnRules> {
    toml::from_str(include_str!("provider_columns.toml")).map_err(|error| Error::bug(format!("provider_columns.toml: {}", error.message())))
}

/// Reads the providers; every fault becomes a finding, and a row with a fault still becomes a provider.
pub(super) fn read(incident: &Incident, rules: &Rules, findings: &mut Vec<Finding>) -> Result<Vec<Provider>> {
    let path = incident.folder.join(FILE);
    let bytes = match fs_err::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let hint = "every incident folder needs a providers.csv with one row for each provider";
            findings.push(Finding::refuses("missing-file", Place::file(FILE), unreadable(error.kind()), hint));
            return Ok(Vec::new());
        }
    };
    let file = match text_file::decode(FILE, &bytes) {
        Ok(file) => file,
        Err(error) => {
            findings.extend(error.findings);
            return Ok(Vec::new());
        }
    };
    findings.extend(file.assumed);
    read_text(&file.text, incident, rules, findings)
}

fn unreadable(kind: std::io::ErrorKind) -> String {
    match kind {
        std::io::ErrorKind::NotFound => "the file is missing".to_owned(),
        other => format!("the file cannot be read: {other}"),
    }
}

fn read_text(text: &str, incident: &Incident, rules: &Rules, findings: &mut Vec<Finding>) -> Result<Vec<Provider>> {
    let known = column_rules()?;
    let mut rows = CsvRows::new(text);
    let Some(header) = rows.next_row() else {
        findings.push(Finding::refuses("no-provider", Place::file(FILE), "the file is empty", "write one row for each provider"));
        return Ok(Vec::new());
    };
    let columns = Columns::of(header.cells, header.line, &known, findings);
    let width = header.cells.len();
    let mut providers: Vec<Provider> = Vec::new();
    while let Some(row) = rows.next_row() {
        if let Some(lines) = row.quotes.unclosed {
            let hint = "close the quote, or write a quote inside a cell twice";
            findings.push(Finding::refuses("open-quote", Place::line(FILE, row.line + lines), "a quote opens here and never closes", hint));
            break;
        }
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.cells.len() != width || row.quotes.stray {
            let reason = format!("the row has {} cells, the header {width}, or a quote that is not doubled", row.cells.len());
            let hint = "put cells with a comma in quotes, and write a quote inside of them twice";
            findings.push(Finding::refuses("cell-count", Place::line(FILE, row.line), reason, hint));
            continue;
        }
        let mut cells = Cells { cells: row.cells, columns: &columns, line: row.line, findings };
        let provider = cells.provider(incident, rules, &known, &providers);
        provider_checks::check(&provider, incident, &providers, &columns.headers, findings);
        providers.push(provider);
    }
    if providers.is_empty() && findings.iter().all(|finding| finding.place.file != FILE) {
        findings.push(Finding::refuses("no-provider", Place::file(FILE), "no provider is listed", "write one row for each provider"));
    }
    if providers.len() > usize::from(u16::MAX) {
        let reason = format!("more than {} providers", u16::MAX);
        findings.push(Finding::refuses("too-many-providers", Place::file(FILE), reason, "split the incident into several folders"));
    }
    Ok(providers)
}

/// Where each known column stands, and how the file calls it.
struct Columns {
    positions: BTreeMap<String, usize>,
    headers: BTreeMap<String, String>,
}

impl Columns {
    fn of(header: &StringRecord, line: u64, known: &ColumnRules, findings: &mut Vec<Finding>) -> Columns {
        let mut columns = Columns { positions: BTreeMap::new(), headers: BTreeMap::new() };
        for (position, written) in header.iter().enumerate() {
            let written = written.trim();
            if written.is_empty() {
                continue;
            }
            let place = Place::line(FILE, line).column(written);
            let wanted = folded(written);
            let named = known.iter().find(|(name, _)| folded(name) == wanted);
            let named = named.or_else(|| known.iter().find(|(_, rule)| rule.aliases.iter().any(|alias| folded(alias) == wanted)));
            match named {
                None => {
                    let hint = match nearest(written, known.keys().map(String::as_str)) {
                        Some(name) => format!("did you mean `{name}`? otherwise remove the column"),
                        None => "remove the column".to_owned(),
                    };
                    findings.push(Finding::refuses("unknown-column", place, "the column is not known", hint));
                }
                Some((name, _)) if columns.positions.contains_key(name) => {
                    let reason = format!("the column `{name}` stands in the file twice");
                    findings.push(Finding::refuses("column-twice", place, reason, "remove one of the two"));
                }
                Some((name, _)) => {
                    columns.positions.insert(name.clone(), position);
                    columns.headers.insert(name.clone(), written.to_owned());
                }
            }
        }
        for (name, _) in known.iter().filter(|(name, rule)| rule.required && !columns.positions.contains_key(*name)) {
            let place = Place::line(FILE, line).column(name);
            findings.push(Finding::refuses("missing-column", place, format!("the column `{name}` is missing"), "add it"));
        }
        columns
    }
}

/// The cells of one row, by column name.
struct Cells<'a> {
    cells: &'a StringRecord,
    columns: &'a Columns,
    line: u64,
    findings: &'a mut Vec<Finding>,
}

impl Cells<'_> {
    fn provider(&mut self, incident: &Incident, rules: &Rules, known: &ColumnRules, earlier: &[Provider]) -> Provider {
        for (name, _) in known.iter().filter(|(_, rule)| rule.required) {
            if self.columns.positions.contains_key(name) && self.raw(name).trim().is_empty() {
                self.refuse(name, "empty-value", format!("`{name}` is empty"), "fill it in");
            }
        }
        let legal_name = self.text("legal_name");
        let return_name = self.text("return_name");
        Provider {
            id: self.text("provider_id"),
            line: self.line,
            kind: self.text("kind"),
            return_name: if return_name.is_empty() { legal_name.clone() } else { return_name },
            legal_name,
            address1: self.text("address1"),
            address2: self.text("address2"),
            city: self.text("city"),
            state: self.state(rules),
            postal_code: self.postal_code(),
            phone: self.text("phone"),
            email: self.email(),
            website: self.text("website"),
            signatory_name: self.text("signatory_name"),
            signatory_title: self.text("signatory_title"),
            logo: self.logo(&incident.folder, earlier),
            ca_licensed_facility: self.flag("ca_licensed_facility"),
            part2_program: self.flag("part2_program"),
            parent_organization: self.text("parent_organization"),
            breach_began: self.date("breach_began").unwrap_or(incident.breach_began),
            breach_ended: self.date("breach_ended").or(incident.breach_ended),
            own_discovered: self.date("discovered"),
            informed: self.date("informed").or(incident.business_associate.as_ref().map(|associate| associate.informed)),
            list_received: self.date("list_received"),
            determined: self.date("determined").or(incident.determined),
            mail_date: self.date("mail_date").unwrap_or(incident.mail_date),
        }
    }

    fn raw(&self, name: &str) -> &str {
        self.columns.positions.get(name).and_then(|position| self.cells.get(*position)).unwrap_or_default()
    }

    fn text(&mut self, name: &str) -> String {
        let raw = self.raw(name).trim();
        if raw.chars().any(|c| c.is_control() || is_direction_control(c)) {
            let hint = "write it on one line, without tabs or hidden characters";
            self.refuse(name, "control-character", format!("`{name}` holds a line break or another control character"), hint);
            return String::new();
        }
        raw.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn date(&mut self, name: &str) -> Option<Date> {
        let raw = self.raw(name).trim();
        if raw.is_empty() {
            return None;
        }
        match parse_date(raw) {
            Ok(date) if (1990..2100).contains(&date.year()) => Some(date),
            Ok(_) => {
                self.refuse(name, "impossible-date", format!("`{name}` is no possible date"), "correct the year");
                None
            }
            Err(fault) => {
                self.refuse(name, fault.code(), format!("`{name}` {}", fault.reason()), fault.hint());
                None
            }
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.raw(name).trim().to_ascii_lowercase().as_str() {
            "" | "n" | "no" | "false" | "0" => false,
            "y" | "yes" | "true" | "1" => true,
            _ => {
                self.refuse(name, "unknown-choice", format!("`{name}` may be Y or N"), "write Y, N or nothing");
                false
            }
        }
    }

    fn state(&mut self, rules: &Rules) -> String {
        let written = self.text("state");
        let code = written.to_ascii_uppercase();
        if !written.is_empty() && Jurisdiction::from_code(&code).and_then(|code| rules.jurisdiction(code)).is_none() {
            let by_name = rules.jurisdictions.iter().find(|(_, rule)| rule.name.eq_ignore_ascii_case(&written));
            let hint = match by_name {
                Some((code, _)) => format!("write `{code}`"),
                None => suggestion(&code, rules.jurisdictions.keys().map(Jurisdiction::code).collect::<Vec<_>>()),
            };
            self.refuse("state", "unknown-state", "`state` is no two-letter code of a state or territory", hint);
        }
        code
    }

    fn postal_code(&mut self) -> String {
        let written = self.text("postal_code");
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = match written.split_once('-') {
            Some((five, four)) => digits(five, 5) && digits(four, 4),
            None => digits(&written, 5) || written.is_empty(),
        };
        if !fits {
            let lost_zero = digits(&written, 4) || digits(&written, 3);
            let hint =
                if lost_zero { "a spreadsheet dropped the leading zero: format the column as text" } else { "write 12345 or 12345-6789" };
            self.refuse("postal_code", "bad-postal-code", "`postal_code` is no ZIP code", hint);
        }
        written
    }

    fn email(&mut self) -> String {
        let written = self.text("email");
        if !written.is_empty() && !written.contains('@') {
            self.refuse("email", "bad-email", "`email` is no e-mail address", "write name@example.org");
        }
        written
    }

    /// The logo and the words for it; providers of one file share its pixels.
    fn logo(&mut self, folder: &Path, earlier: &[Provider]) -> Option<Logo> {
        let (named, alt) = (self.text("logo"), self.text("logo_alt"));
        if named.is_empty() {
            if !alt.is_empty() {
                let hint = "name the PNG file in `logo`, or empty `logo_alt`";
                self.warn("logo_alt", "not-used", "`logo_alt` describes a logo, but there is none", hint);
            }
            return None;
        }
        if alt.is_empty() {
            let reason = "`logo_alt` is empty, but a screen reader needs words for the logo (ISO 14289-1, 7.3)";
            self.refuse("logo_alt", "missing-alt-text", reason, "write what the logo shows, such as `Lakeside Hospital`");
        }
        let found = logo::locate(folder, &named).and_then(|file| {
            let known = earlier.iter().filter_map(|provider| provider.logo.as_ref()).find(|logo| logo.file == file);
            let picture = known.map_or_else(|| logo::read(folder, &file).map(Arc::new), |logo| Ok(Arc::clone(&logo.picture)))?;
            Ok(Logo { file, alt: alt.into(), picture })
        });
        match found {
            Ok(logo) => {
                if let Some(LogoFault { code, reason, hint }) = logo::doubt(&logo.file, &logo.picture) {
                    self.warn("logo", code, reason, hint);
                }
                Some(logo)
            }
            Err(LogoFault { code, reason, hint }) => {
                self.refuse("logo", code, reason, hint);
                None
            }
        }
    }

    fn place(&self, name: &str) -> Place {
        Place::line(FILE, self.line).column(self.columns.headers.get(name).map_or(name, String::as_str))
    }

    fn refuse(&mut self, name: &str, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        let place = self.place(name);
        self.findings.push(Finding::refuses(code, place, reason, hint));
    }

    fn warn(&mut self, name: &str, code: &'static str, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        let place = self.place(name);
        self.findings.push(Finding::warns(code, place, reason, hint));
    }
}
