//! Lines that name no street: boxes, rural and highway contract routes, military post, general delivery, urbanizations.

use super::vocabulary::{POST, Words};

/// Longest head of such a line, in words.
const LONGEST_HEAD: usize = 3;
/// What stands for every way to write it.
const GENERAL_DELIVERY: &str = "GENERAL DELIVERY";

/// The words of a line in capitals as the post writes them; `None` when the line is none of these.
pub(super) fn form<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    // Nearly every line is a numbered street.
    if words.first().is_none_or(|word| word.starts_with(|letter: char| letter.is_ascii_digit())) {
        return None;
    }
    let apart = number_apart(words);
    let words = apart.as_slice();
    if POST.general_delivery.contains(&words.join(" ")) {
        return Some(vec![GENERAL_DELIVERY]);
    }
    if let Some(value) = after_head(words, &POST.po_box) {
        let value = without_sign(value);
        return (!value.is_empty()).then(|| [&["PO", "BOX"], value].concat());
    }
    if let Some([value]) = after_head(words, &POST.po_box_alone).map(without_sign)
        && (value.len() == 1 || has_digit(value))
    {
        return Some(vec!["PO", "BOX", value]);
    }
    let route = |heads, short| after_head(words, heads).and_then(|rest| numbered_box(short, rest, true));
    route(&POST.highway_contract, "HC").or_else(|| route(&POST.rural, "RR")).or_else(|| {
        let (head, rest) = words.split_first()?;
        POST.military_lines.contains(*head).then(|| numbered_box(head, rest, false)).flatten()
    })
}

/// Whether a line in print form is a route without the box that a carrier needs.
pub(super) fn is_route_without_box(line: &str) -> bool {
    if line.is_empty() || line.starts_with(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    let words: Vec<&str> = line.split(' ').collect();
    let bare = |heads| after_head(&words, heads).map(without_sign).is_some_and(|rest| rest.len() == 1 && has_digit(rest[0]));
    let sure = !matches!(words.first(), Some(&("ROUTE" | "RTE" | "RT" | "RD" | "UNIT")));
    let military = matches!(words.first(), Some(&("PSC" | "CMR"))) && bare(&POST.military_lines);
    sure && (bare(&POST.rural) || bare(&POST.highway_contract)) || military
}

/// Whether a line in print form is general delivery.
pub(super) fn is_general_delivery(line: &str) -> bool {
    line == GENERAL_DELIVERY || line.strip_prefix(GENERAL_DELIVERY).is_some_and(|rest| rest.starts_with(' '))
}

/// A line in print form that names an urbanization, with its head as the post writes it.
pub(super) fn urbanization(line: &str) -> Option<String> {
    let (head, name) = line.split_once(' ')?;
    (POST.urbanization.contains(head) && !name.is_empty()).then(|| format!("URB {name}"))
}

/// `RR2 BOX 18` -> `RR 2 BOX 18`.
fn number_apart<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut apart = words.to_vec();
    let Some(first) = words.first() else { return apart };
    let letters = first.bytes().take_while(u8::is_ascii_uppercase).count();
    let is_route = ["RR", "HC", "RFD", "HCR", "PSC", "CMR"].contains(&&first[..letters]);
    if is_route && letters < first.len() && first.bytes().skip(letters).all(|byte| byte.is_ascii_digit()) {
        apart.splice(0..1, [&first[..letters], &first[letters..]]);
    }
    apart
}

/// The words behind the longest head that a line begins with.
fn after_head<'a, 'b>(words: &'b [&'a str], heads: &Words) -> Option<&'b [&'a str]> {
    let length = (1..=LONGEST_HEAD.min(words.len())).rev().find(|length| heads.contains(&words[..*length].join(" ")))?;
    Some(&words[length..])
}

/// `2 BOX 18`, `# 2 BOX # 18` and, on a route, `2 # 18` behind a head.
fn numbered_box<'a>(head: &'a str, rest: &[&'a str], sign_is_box: bool) -> Option<Vec<&'a str>> {
    let (number, rest) = without_sign(rest).split_first()?;
    let value = match rest {
        ["BOX" | "BX", value @ ..] => without_sign(value),
        ["#", value @ ..] if sign_is_box => without_sign(value),
        _ => return None,
    };
    (has_digit(number) && !value.is_empty()).then(|| [&[head, number, "BOX"], value].concat())
}

fn without_sign<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let signs = words.iter().take_while(|word| **word == "#").count();
    &words[signs..]
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}
