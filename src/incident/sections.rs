//! The tables of incident.toml -> [`Incident`], still without its providers.

use super::settings::{
    Agency, BusinessAssociate, CallCenter, Choices, CodeAudience, CodePool, DateOrder, DayZero, EmailSettings, Encryption, Hold,
    HoldEffect, IdentityService, Imb, KeysTaken, List, OneMailing, Print, Sender, Waiver,
};
use super::toml_file::TomlFile;
use super::toml_section::Section;
use super::{Incident, Language, Prose};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// What stands for a date that is missing or faulty; a finding refuses the run, so that it is never used.
const NO_DATE: Date = Date::ZERO;

/// Reads every table. Faults are findings of the file; where one is, the value is a placeholder.
pub(super) fn read<'t>(folder: &Path, file: &TomlFile<'t>, table: &DeTable<'t>) -> Incident {
    let root = file.root(table);
    let incident = root.required("incident", Section::table);
    let mut found = incident.as_ref().map_or_else(|| facts(folder, None), |section| facts(folder, Some(section)));
    found.business_associate = root.table("business_associate").map(|section| business_associate(&section));
    found.encryption = root.table("encryption").map(|section| encryption(&section));
    found.holds = root.tables("law_enforcement_holds").iter().map(hold).collect();
    found.identity_service = root.table("identity_service").map(|section| identity_service(&section));
    found.code_pools = root.tables("code_pools").iter().map(code_pool).collect();
    if let Some(section) = root.required("call_center", Section::table) {
        found.call_center = call_center(&section);
    }
    if let Some(section) = root.required("sender", Section::table) {
        found.sender = section.required("kind", |section, key| section.choice(key, &SENDERS)).unwrap_or(found.sender);
        section.finish();
    }
    if let Some(section) = root.required("print", Section::table) {
        found.print = print(&section);
    }
    found.email = root.table("email").map(|section| email(&section));
    if let Some(section) = root.table("approvals") {
        found.require_approvals = section.texts("require").unwrap_or_default();
        found.allowed_signers = section.text("allowed_signers").map(PathBuf::from);
        section.finish();
    }
    if let Some(section) = root.table("choices") {
        found.choices = choices(&section, found.business_associate.as_mut());
    }
    found.waivers = root.tables("waivers").iter().map(waiver).collect();
    found.lists = root.tables("lists").iter().map(list).collect();
    if !root.has("lists") {
        let hint = "add [[lists]] with `file = \"patients.csv\"`";
        file.refuse("missing-key", root.place().clone(), "no patient list is named", hint);
    }
    root.finish();
    found
}

const SENDERS: [(&str, Sender); 2] = [("provider", Sender::Provider), ("business_associate", Sender::BusinessAssociate)];
const AGENCIES: [(&str, Agency); 3] = [("yes", Agency::Yes), ("no", Agency::No), ("unknown", Agency::Unknown)];

/// `[incident]`; without the table every value is a placeholder.
fn facts(folder: &Path, section: Option<&Section<'_, '_>>) -> Incident {
    let text = |key| section.and_then(|section| section.required(key, Section::text)).unwrap_or_default();
    let prose = |key| section.and_then(|section| section.required(key, Section::prose)).unwrap_or_default();
    let date = |key| section.and_then(|section| section.required(key, Section::date)).unwrap_or(NO_DATE);
    let optional_date = |key| section.and_then(|section| section.date(key));
    let incident = Incident {
        folder: folder.to_owned(),
        id: text("id"),
        title: text("title"),
        cause: text("cause"),
        locations: section.and_then(|section| section.required("locations", Section::texts)).unwrap_or_default(),
        breach_began: date("breach_began"),
        breach_ended: optional_date("breach_ended"),
        discovered: date("discovered"),
        determined: optional_date("determined"),
        mail_date: date("mail_date"),
        what_happened: prose("what_happened"),
        investigation: prose("investigation"),
        mitigation: prose("mitigation"),
        prevention: prose("prevention"),
        translations: section.map(translations).unwrap_or_default(),
        business_associate: None,
        encryption: None,
        holds: Vec::new(),
        identity_service: None,
        code_pools: Vec::new(),
        call_center: CallCenter { phone: String::new(), hours: String::new(), open_until: None, languages: Vec::new() },
        sender: Sender::Provider,
        print: Print {
            envelope: String::new(),
            duplex: true,
            house: String::new(),
            baa_reference: String::new(),
            fonts: None,
            encrypt_to: None,
            imb: None,
        },
        email: None,
        require_approvals: Vec::new(),
        allowed_signers: None,
        waivers: Vec::new(),
        choices: Choices::default(),
        lists: Vec::new(),
        providers: Vec::new(),
    };
    if let Some(section) = section {
        section.finish();
    }
    incident
}

/// `[incident.es]`: whole or not at all, so that no letter is half translated.
fn translations(incident: &Section<'_, '_>) -> BTreeMap<Language, Prose> {
    let mut translations = BTreeMap::new();
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        let Some(section) = incident.table(language.tag()) else { continue };
        let prose = |key| section.required(key, Section::prose).unwrap_or_default();
        let translated = Prose {
            what_happened: prose("what_happened"),
            investigation: prose("investigation"),
            mitigation: prose("mitigation"),
            prevention: prose("prevention"),
        };
        section.finish();
        translations.insert(language, translated);
    }
    translations
}

fn business_associate(section: &Section<'_, '_>) -> BusinessAssociate {
    let associate = BusinessAssociate {
        name: section.required("name", Section::text).unwrap_or_default(),
        discovered: section.required("discovered", Section::date).unwrap_or(NO_DATE),
        informed: section.required("informed", Section::date).unwrap_or(NO_DATE),
        // Not told: both clocks are computed and the earlier governs.
        agent: section.choice("agent", &AGENCIES).unwrap_or(Agency::Unknown),
    };
    section.finish();
    associate
}

fn encryption(section: &Section<'_, '_>) -> Encryption {
    const TAKEN: [(&str, KeysTaken); 3] = [("yes", KeysTaken::Yes), ("no", KeysTaken::No), ("unknown", KeysTaken::Unknown)];
    let encryption = Encryption {
        method: section.required("method", Section::text).unwrap_or_default(),
        keys_taken: section.required("keys_taken", |section, key| section.choice(key, &TAKEN)).unwrap_or(KeysTaken::Unknown),
    };
    section.finish();
    encryption
}

fn hold(section: &Section<'_, '_>) -> Hold {
    let written = section.required("kind", |section, key| section.choice(key, &[("written", true), ("oral", false)]));
    let until = section.date("until");
    if written == Some(false) && until.is_some() {
        let hint =
            "leave `until` out: an oral request holds for 30 days at most (45 CFR 164.412(b)); if the agency wrote, say kind = \"written\"";
        section.refuse("until", "oral-hold-until", format!("`{}` belongs to a written request", section.path("until")), hint);
    }
    if written == Some(true) && !section.has("until") {
        let reason = "a written request without a stated time counts as an oral one: 30 days from the day it was received";
        section.warn(
            "kind",
            "hold-without-end",
            reason,
            "ask the agency to state the time in writing, then add `until` (45 CFR 164.412(a))",
        );
    }
    let hold = Hold {
        written: written == Some(true) && until.is_some(),
        agency: section.required("agency", Section::text).unwrap_or_default(),
        official: section.required("official", Section::text).unwrap_or_default(),
        received: section.required("received", Section::date).unwrap_or(NO_DATE),
        until,
        providers: section.texts("providers"),
    };
    if hold.providers.as_ref().is_some_and(Vec::is_empty) {
        let hint = "name the providers, or leave `providers` out to hold every provider's letters";
        section.refuse("providers", "empty-value", "the hold names no provider, so it would hold nothing", hint);
    }
    section.finish();
    hold
}

fn identity_service(section: &Section<'_, '_>) -> IdentityService {
    let text = |key| section.required(key, Section::text).unwrap_or_default();
    let service = IdentityService {
        vendor: text("vendor"),
        product: text("product"),
        months: section.required("months", |section, key| section.whole_number(key, 1..=120)).unwrap_or_default(),
        enroll_url: text("enroll_url"),
        enroll_phone: text("enroll_phone"),
        enroll_by: section.required("enroll_by", Section::date).unwrap_or(NO_DATE),
    };
    section.finish();
    service
}

fn code_pool(section: &Section<'_, '_>) -> CodePool {
    let audiences = [("adult", CodeAudience::Adult), ("minor", CodeAudience::Minor)];
    let pool = CodePool {
        file: section.required("file", Section::text).unwrap_or_default(),
        audience: section.required("for", |section, key| section.choice(key, &audiences)).unwrap_or(CodeAudience::Adult),
    };
    section.finish();
    pool
}

fn call_center(section: &Section<'_, '_>) -> CallCenter {
    let center = CallCenter {
        phone: section.required("phone", Section::text).unwrap_or_default(),
        hours: section.required("hours", Section::text).unwrap_or_default(),
        open_until: section.date("open_until"),
        languages: section.texts("languages").unwrap_or_default(),
    };
    section.finish();
    center
}

fn print(section: &Section<'_, '_>) -> Print {
    let print = Print {
        envelope: section.required("envelope", Section::text).unwrap_or_default(),
        duplex: section.flag("duplex").unwrap_or(true),
        house: section.required("house", Section::text).unwrap_or_default(),
        baa_reference: section.text("baa_reference").unwrap_or_default(),
        fonts: section.text("fonts").map(PathBuf::from),
        encrypt_to: section.text("encrypt_to"),
        imb: section.table("imb").map(|section| imb(&section)),
    };
    section.finish();
    print
}

fn imb(section: &Section<'_, '_>) -> Imb {
    let imb = Imb {
        line: section.place().line.unwrap_or_default(),
        service_type: section.required("service_type", Section::text).unwrap_or_default(),
        mailer_id: section.required("mailer_id", Section::text).unwrap_or_default(),
        first_serial: section.required("first_serial", |section, key| section.whole_number(key, 0..=999_999_999)).unwrap_or_default(),
    };
    section.finish();
    imb
}

fn email(section: &Section<'_, '_>) -> EmailSettings {
    let text = |key| section.required(key, Section::text).unwrap_or_default();
    let settings = EmailSettings {
        from: text("from"),
        reply_to: text("reply_to"),
        subject: text("subject"),
        smtp: section.text("smtp"),
        attach_pdf: section.flag("attach_pdf").unwrap_or(true),
        per_minute: section.whole_number("per_minute", 1..=1_000_000),
        authority: section.text("authority").map(PathBuf::from),
    };
    for (key, address) in [("from", &settings.from), ("reply_to", &settings.reply_to)] {
        if !address.is_empty() && !address.contains('@') {
            section.refuse(key, "bad-email", format!("`{}` is no e-mail address", section.path(key)), "write name@example.org");
        }
    }
    if let Some(url) = &settings.smtp {
        smtp(section, url);
    }
    section.finish();
    settings
}

fn smtp(section: &Section<'_, '_>, url: &str) {
    let schemes = ["smtp://", "smtp+starttls://", "smtps://"];
    let Some(rest) = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        let hint = "write smtp://host:port, smtp+starttls://host:port or smtps://host:port";
        section.refuse("smtp", "bad-smtp-url", "`email.smtp` is no SMTP address", hint);
        return;
    };
    if rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        let hint =
            "leave the password out and change it: this file is copied and sealed; it is read from the environment, a file or a command";
        section.refuse("smtp", "password-in-file", "`email.smtp` holds a password", hint);
    }
}

fn choices(section: &Section<'_, '_>, associate: Option<&mut BusinessAssociate>) -> Choices {
    const KEYS: [&str; 8] =
        ["day_zero", "hold_effect", "ma_letter", "courtesy_filings", "language_sheet", "one_mailing", "majority_table", "agency"];
    let default = Choices::default();
    let stated = KEYS.into_iter().filter(|key| section.has(key)).collect();
    let day_zero = section.choice("day_zero", &[("excluded", DayZero::Excluded), ("included", DayZero::Included)]);
    let hold_effect = section.choice("hold_effect", &[("later_of", HoldEffect::LaterOf), ("tolling", HoldEffect::Tolling)]);
    let one_mailing = section.choice("one_mailing", &[("earliest", OneMailing::Earliest), ("per_state", OneMailing::PerState)]);
    // The only table that there is: naming it says that counsel agrees to it.
    section.choice("majority_table", &[("jurisdictions", ())]);
    if section.choice("ma_letter", &[("hipaa", false), ("strict", true)]) == Some(true) {
        let reason = "the strict Massachusetts letter says nothing of what happened, which HIPAA asks of a letter about patients";
        let hint = "set ma_letter = \"hipaa\": M.G.L. c. 93H, 5 deems a HIPAA letter enough when the Attorney General and OCABR are told \
                    (45 CFR 164.404(c)(1)(A), 160.203)";
        section.refuse("ma_letter", "strict-letter-for-patients", reason, hint);
    }
    let agency = section.choice("agency", &AGENCIES);
    if let (Some(agency), Some(associate)) = (agency, associate) {
        settle_agency(section, agency, associate);
    }
    let choices = Choices {
        day_zero: day_zero.unwrap_or_default(),
        hold_effect: hold_effect.unwrap_or_default(),
        courtesy_filings: section.flag("courtesy_filings").unwrap_or(default.courtesy_filings),
        language_sheet: section.flag("language_sheet").unwrap_or(default.language_sheet),
        one_mailing: one_mailing.unwrap_or_default(),
        stated,
    };
    section.finish();
    choices
}

/// `[choices] agency` and `[business_associate] agent` say the same thing: either may, both must agree.
fn settle_agency(section: &Section<'_, '_>, agency: Agency, associate: &mut BusinessAssociate) {
    if !section.says("business_associate.agent") {
        associate.agent = agency;
    } else if associate.agent != agency {
        let reason = "`choices.agency` and `business_associate.agent` differ";
        section.refuse("agency", "contradictory-agency", reason, "keep one of the two");
    }
}

fn waiver(section: &Section<'_, '_>) -> Waiver {
    let text = |key| section.required(key, Section::text).unwrap_or_default();
    let waiver =
        Waiver { rule: text("rule"), by: text("by"), on: section.required("on", Section::date).unwrap_or(NO_DATE), reason: text("reason") };
    section.finish();
    waiver
}

fn list(section: &Section<'_, '_>) -> List {
    let file = section.required("file", Section::text).unwrap_or_default();
    let list = List {
        line: section.place().line.unwrap_or_default(),
        // The name of a mending list is settled when all lists are known.
        name: file.clone(),
        file,
        provider: section.text("provider"),
        received: section.date("received"),
        cass_on: section.date("cass_on"),
        ncoa_on: section.date("ncoa_on"),
        mends: section.text("mends"),
        columns: section.pairs("columns").unwrap_or_default(),
        unread: section.texts("unread").unwrap_or_default(),
        dates: section.choice("dates", &[("month-first", DateOrder::MonthFirst), ("day-first", DateOrder::DayFirst)]),
        sheet: section.text("sheet"),
    };
    section.finish();
    list
}
