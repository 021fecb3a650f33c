//! What is said of a letter that cannot be set: a fault of one person's values holds that person, any other refuses the run.

use super::Case;
use crate::compose::{Composer, Letter, PieceFault};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::Incident;
use crate::intake::{Field, RowIndex};
use crate::privacy::Private;
use crate::recipients::{PostalAddress, Recipient};
use crate::typeset::imb::ImbFault;
use crate::typeset::{Fonts, Misfit};

/// The finding that holds a recipient whose letter cannot be set.
///
/// # Errors
/// Refused when the fault is in what all letters share.
pub(super) fn judge(
    case: &Case,
    composer: &Composer,
    fonts: &Fonts,
    recipient: &Recipient,
    letter: &Letter,
    misfit: Misfit,
) -> Result<Finding> {
    let finding = match misfit {
        Misfit::Uncovered(character) if !is_own(recipient, character) => return Err(text_refused(case, composer, fonts, character)),
        Misfit::ReturnAddress => return Err(return_address_refused(case, recipient)),
        Misfit::Barcode(fault) => return Err(no_barcode(&case.incident, fault)),
        Misfit::Intrusion => return Err(intrusion(case)),
        Misfit::Overflow => return Err(overflow()),
        Misfit::Uncovered(character) => uncovered_name(case, fonts, recipient, character),
        Misfit::AddressTooWide { line } => too_wide(case, recipient, letter, line),
        Misfit::Unmarkable => Finding::holds(
            "too-many-sheets",
            case.intake.place(recipient.rows[0], Field::AlternateFormat),
            "the letter has more sheets than its sheet marks can count, 99",
            "shorten the prose of the incident or the templates",
        ),
        Misfit::AddressTooTall => Finding::holds(
            "address-too-tall",
            address_place(case, recipient, 0),
            "the address has more lines than the envelope's window shows",
            "join lines of the address; six lines with the name are the most, fewer above an Intelligent Mail barcode",
        ),
    };
    Ok(finding.record(&recipient.record))
}

/// The finding that holds a recipient whose letter breaks a rule.
pub(super) fn of_piece(case: &Case, recipient: &Recipient, fault: &PieceFault) -> Finding {
    let filled = |row: &&RowIndex| !case.intake.row(**row).get(fault.field).is_empty();
    let row = recipient.rows.iter().find(filled).copied().unwrap_or(recipient.rows[0]);
    Finding::holds(fault.code, case.intake.place(row, fault.field), fault.reason.clone(), fault.hint).record(&recipient.record)
}

/// Says which line it is: the fault may lie in a name as well as in a street.
fn too_wide(case: &Case, recipient: &Recipient, letter: &Letter, line: usize) -> Finding {
    if line < letter.addressee_lines {
        let of_representative = line == 0 && recipient.representative.is_some();
        let (whose, field) =
            if of_representative { ("representative's", Field::RepresentativeName) } else { ("patient's", Field::LastName) };
        let row = recipient.rows.iter().copied().find(|row| !case.intake.row(*row).get(field).is_empty());
        let (row, field) = row.map_or((recipient.rows[0], Field::FullName), |row| (row, field));
        return Finding::holds(
            "name-too-wide",
            case.intake.place(row, field),
            format!("the line with the {whose} name is wider than the envelope's window, even in small type and broken in two"),
            "shorten the name as its bearer would, or choose an envelope profile with a wider window",
        );
    }
    let part = match (&recipient.address, letter.recipient_address.get(line)) {
        (Some(address), Some(shown)) => {
            let PostalAddress { address1, address2, country, .. } = address.reveal();
            let stands = |part: &String| !part.is_empty() && shown.contains(part.as_str());
            [(0, stands(address1)), (1, stands(address2)), (5, shown == country)]
                .into_iter()
                .find(|(_, is)| *is)
                .map_or(2, |(part, _)| part)
        }
        _ => 0,
    };
    let hint = match part {
        0 => "shorten the line by postal abbreviations, or move part of it to address2",
        _ => "shorten the line by postal abbreviations, or choose an envelope profile with a wider window",
    };
    Finding::holds("address-too-wide", address_place(case, recipient, part), "an address line is wider than the envelope's window", hint)
}

/// Where the lists have a part of the address that the letter goes to: 0 for the first line, 5 for the country.
fn address_place(case: &Case, recipient: &Recipient, part: usize) -> Place {
    let printed = recipient.address.as_ref().map(Private::reveal);
    let value = |row: RowIndex, field: Field| {
        let change = recipient.changes.iter().find(|change| change.row == row && change.field == field);
        change.map_or_else(|| case.intake.row(row).get(field).to_owned(), |change| change.to.reveal().clone())
    };
    let is_it = |(row, fields): &(RowIndex, [Field; 6])| {
        printed.is_some_and(|address| value(*row, fields[0]) == address.address1 && value(*row, fields[2]) == address.city)
    };
    let addresses = [Field::CONFIDENTIAL, Field::REPRESENTATIVE, Field::HOME];
    let found = recipient.rows.iter().flat_map(|row| addresses.map(|fields| (*row, fields))).find(is_it);
    let (row, fields) = found.unwrap_or((recipient.rows[0], Field::HOME));
    case.intake.place(row, fields[part])
}

fn uncovered_name(case: &Case, fonts: &Fonts, recipient: &Recipient, character: char) -> Finding {
    let (reason, hint) = uncovered(fonts, character);
    let hint = format!("{hint}; or write the name or address in Latin letters as well");
    let names = [Field::FirstName, Field::MiddleName, Field::LastName, Field::FullName, Field::Prefix, Field::Suffix];
    let others = [Field::RepresentativeName, Field::ActivationCode];
    let addresses = [Field::CONFIDENTIAL, Field::REPRESENTATIVE, Field::HOME].into_iter().flatten();
    let columns: Vec<Field> = names.into_iter().chain(others).chain(addresses).collect();
    let mut values = recipient.rows.iter().flat_map(|row| columns.iter().map(move |field| (*row, *field)));
    let found = values.find(|(row, field)| case.intake.row(*row).get(*field).contains(character));
    let (row, field) = found.unwrap_or((recipient.rows[0], Field::LastName));
    Finding::holds("uncovered-character", case.intake.place(row, field), reason, hint)
}

/// Whether a character comes from what the lists say about a person; else it stands in everybody's text.
fn is_own(recipient: &Recipient, character: char) -> bool {
    let name = recipient.name.reveal();
    let in_name = name.full().contains(character) || name.prefix.contains(character);
    let in_address = recipient.address.as_ref().is_some_and(|address| address.reveal().lines().iter().any(|line| line.contains(character)));
    let others = [&recipient.representative, &recipient.activation_code];
    in_name || in_address || others.into_iter().flatten().any(|value| value.reveal().contains(character))
}

/// What is said of a character that no font has: its code point, its script, and where a font for it comes from.
fn uncovered(fonts: &Fonts, character: char) -> (String, String) {
    let (script, package) = fonts.package_for(character);
    let reason = format!("no font at hand has the character U+{:04X} ({script})", u32::from(character));
    let folder = "the folder that [print] fonts names in incident.toml";
    let hint = match package {
        Some(package) => format!("put a font that has it into {folder}, such as those of Debian's package {package}"),
        None => format!("put a font that has it into {folder}; no package is known for it"),
    };
    (reason, hint)
}

fn text_refused(case: &Case, composer: &Composer, fonts: &Fonts, character: char) -> Error {
    let (reason, hint) = uncovered(fonts, character);
    let reason = format!("{reason}, which stands in the text of the letters");
    let templates = composer.sources().map(|(name, text)| (format!("templates/{name}"), text.to_owned()));
    let inputs = ["incident.toml", "providers.csv"].map(|name| {
        let bytes = fs_err::read(case.incident.folder.join(name)).unwrap_or_default();
        (name.to_owned(), String::from_utf8_lossy(&bytes).into_owned())
    });
    let stands = templates.chain(inputs).find_map(|(name, text)| {
        let before = text.split_once(character)?.0;
        Some(Place::line(name, before.matches('\n').count() as u64 + 1))
    });
    let place = stands.unwrap_or_else(|| Place::file("incident.toml"));
    Error::refused("uncovered-character", place, reason, format!("{hint}; or write it in another way"))
}

fn return_address_refused(case: &Case, recipient: &Recipient) -> Error {
    let provider = recipient.provider.map(|index| case.incident.provider(index));
    let place = provider.map_or_else(|| Place::file("providers.csv"), |provider| Place::line("providers.csv", provider.line));
    let reason = "the return address does not fit the envelope's return window";
    Error::refused(
        "return-address",
        place.column("return_name"),
        reason,
        "give a shorter return_name, and a shorter address1 if that is the long line",
    )
}

fn overflow() -> Error {
    let reason = "a part of a letter that must stay on one page is taller than a page";
    let hint = "shorten the text in the frame, table or paragraph with `together` that you added, or take its frame away";
    Error::refused("text-too-tall", Place::file("templates"), reason, hint)
}

fn intrusion(case: &Case) -> Error {
    let reason = format!(
        "with the envelope profile {}, something other than the addresses would show in a window, or stand too near to the mark on a sheet",
        case.incident.print.envelope
    );
    let hint = "choose another envelope profile, and report this: the layout and the profile do not go together";
    Error::refused("window-intrusion", Place::file("incident.toml").column("print.envelope"), reason, hint)
}

/// Refuses settings of the Intelligent Mail barcode, or an envelope without room for it.
pub(super) fn no_barcode(incident: &Incident, fault: ImbFault) -> Error {
    let hint = match fault {
        ImbFault::MarketingMail => "choose a service type of First-Class Mail, such as 270 or 310",
        ImbFault::MailerId => "give the mailer id that the Postal Service assigned",
        ImbFault::Serial => "begin lower: first_serial plus the highest piece number must fit",
        ImbFault::NoRoom => "choose another envelope profile, or leave `[print.imb]` out and let the mail house print the barcode",
        _ => "write the digits that the Postal Service assigned, or leave `[print.imb]` out",
    };
    let line = incident.print.imb.as_ref().map(|imb| imb.line);
    let place = line.map_or_else(|| Place::file("incident.toml"), |line| Place::line("incident.toml", line));
    Error::refused("bad-imb", place.column("print.imb"), fault.to_string(), hint)
}
