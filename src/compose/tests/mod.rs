//! Letters as they come out: every role and language, the golden adult letter, hostile values, faulty templates.

mod content;
mod law;
mod notices;

use super::escape::clean;
use super::*;
use crate::error::{Finding, Kind};
use crate::incident::Sender;
use crate::intake::Element;
use crate::privacy::Private;
use crate::recipients::{PersonName, Role};
use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;

static COMPOSER: LazyLock<Composer> =
    LazyLock::new(|| Composer::load(&fixture::incident(), &fixture::rules(), &Recipients::default()).unwrap());

fn compose(recipient: &Recipient) -> Letter {
    COMPOSER.compose(&fixture::incident(), recipient, PieceNumber(42)).unwrap()
}

fn all_elements() -> Vec<Element> {
    Element::ALL.map(|(element, _)| element).to_vec()
}

/// The letter's whole text on one line.
fn words(letter: &Letter) -> String {
    letter.to_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_sync<T: Sync + Send>(_: &T) {}

#[test]
fn the_composer_serves_many_threads() {
    is_sync(&*COMPOSER);
}

#[test]
fn the_adult_letter_reads_as_approved() {
    let letter = compose(&fixture::adult());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("adult_letter_text", letter.to_text());
        insta::assert_snapshot!("adult_letter_html", letter.to_html());
    });
}

#[test]
fn every_other_letter_reads_as_approved() {
    for language in Language::ALL {
        for role in Role::ALL.into_iter().filter(|role| (*role, language) != (Role::Adult, Language::English)) {
            let mut recipient = fixture::recipient(role, language, &all_elements());
            if role != Role::Deceased {
                recipient.activation_code = Some(Private::new("NLW-7Q4K-22XD".into()));
            }
            if role == Role::Represented {
                recipient.representative = Some(Private::new("Luis Rivera".into()));
            }
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{}_letter_{}", role.id(), language.tag()), compose(&recipient).to_text());
            });
        }
    }
}

#[test]
fn the_headings_are_those_of_the_statute() {
    for role in Role::ALL {
        let letter = compose(&fixture::recipient(role, Language::English, &all_elements()));
        let text = |inlines: &[Inline]| inlines.iter().map(|inline| inline.text.as_str()).collect::<String>();
        let found: Vec<String> = letter
            .blocks
            .iter()
            .filter_map(|block| match &block.kind {
                BlockKind::Title(inlines) | BlockKind::Heading(inlines) => Some(text(inlines)),
                _ => None,
            })
            .collect();
        let expected = [
            "Notice of Data Breach",
            "What Happened",
            "What Information Was Involved",
            "What We Are Doing",
            "What You Can Do",
            "For More Information",
        ];
        assert_eq!(found, expected, "Cal. Civ. 1798.82(d)(1)");
        assert_eq!((&*letter.title, &*letter.footer), ("Notice of Data Breach", "Page {page} of {pages}"));
    }
}

#[test]
fn the_elements_listed_are_exactly_the_recipients_own() {
    let letter = compose(&fixture::recipient(Role::Adult, Language::English, &[Element::Name, Element::TestResults]));
    let list = letter.blocks.iter().find_map(|block| match &block.kind {
        BlockKind::List { items, .. } => Some(items.len()),
        _ => None,
    });
    assert_eq!(list, Some(2));
    let words = words(&letter);
    assert!(words.contains("- Name - Test results"));
    assert!(!words.contains("Social Security"), "no advice on an element that was not involved");
}

#[test]
fn a_letter_tells_each_role_what_fits_it() {
    let letter = |role| words(&compose(&fixture::recipient(role, Language::English, &all_elements())));
    for (role, present, absent) in [
        (Role::Adult, vec!["Dear Ana M. Rivera:", "Freeze your credit", "P.O. Box 160"], vec!["your child", "Rivera's", "deceased"]),
        (
            Role::Minor,
            vec!["To the Parent or Guardian of Ana M. Rivera:", "your child's", "P.O. Box 380"],
            vec!["P.O. Box 160", "fraud alert. It"],
        ),
        (
            Role::Deceased,
            vec!["To the Next of Kin of", "sorry for your loss", "deceased alert"],
            vec!["Activation", "P.O. Box 105788", "your child"],
        ),
        (Role::Represented, vec!["you act for Ana M. Rivera", "Rivera's credit"], vec!["your child", "Freeze your credit", "deceased"]),
    ] {
        let words = letter(role);
        present.iter().for_each(|text| assert!(words.contains(text), "{role:?} lacks {text}"));
        absent.iter().for_each(|text| assert!(!words.contains(text), "{role:?} has {text}"));
        assert!(!words.contains("1980"), "never the birth date");
    }
}

#[test]
fn the_activation_box_stands_only_where_there_is_a_code() {
    let with = compose(&fixture::adult());
    let framed =
        with.blocks.iter().find_map(|block| if let BlockKind::Framed(inside) = &block.kind { Some(inside) } else { None }).unwrap();
    let code = framed.iter().any(
        |block| matches!(&block.kind, BlockKind::Paragraph(text) if text.len() == 1 && text[0].code && text[0].text == "NLW-7Q4K-22XD"),
    );
    assert!(code);
    let without = compose(&fixture::recipient(Role::Adult, Language::English, &all_elements()));
    assert!(!without.blocks.iter().any(|block| matches!(block.kind, BlockKind::Framed(_))));
    assert_ne!(with.variant("adult"), without.variant("adult"));
}

#[test]
fn the_signature_is_kept_together_and_the_bureaus_have_three_columns() {
    let letter = compose(&fixture::adult());
    assert!(matches!(letter.blocks.last().map(|block| &block.kind), Some(BlockKind::Together(_))));
    let table = letter.blocks.iter().find_map(|block| match &block.kind {
        BlockKind::Table { header, rows } => Some((header.len(), rows.iter().map(Vec::len).collect::<Vec<_>>())),
        _ => None,
    });
    assert_eq!(table, Some((3, vec![3, 3])));
}

#[test]
fn senders_services_and_dates_have_their_own_wording() {
    let rules = fixture::rules();
    let mut incident = fixture::incident();
    let compose = |incident: &Incident| {
        let recipient = fixture::recipient(Role::Adult, Language::English, &all_elements());
        words(&Composer::load(incident, &rules, &Recipients::default()).unwrap().compose(incident, &recipient, PieceNumber(1)).unwrap())
    };
    incident.sender = Sender::BusinessAssociate;
    let text = compose(&incident);
    assert!(text.contains("We are Meridian Records, Inc.") && text.contains("Meridian Records, Inc., for Lakeside Community Hospital"));
    incident.business_associate = None;
    incident.sender = Sender::Provider;
    incident.identity_service = None;
    incident.providers[0].own_discovered = Some(jiff::civil::date(2025, 3, 1));
    incident.providers[0].breach_ended = None;
    let text = compose(&incident);
    assert!(text.contains("The day on which it ended is not known. We discovered the breach on March 1, 2025."));
    assert!(!text.contains("Meridian Records, Inc.") && !text.contains("Northlight"));
    incident.providers[0].breach_ended = Some(incident.providers[0].breach_began);
    assert!(compose(&incident).contains("The breach took place on January 22, 2025."));
}

#[test]
fn letters_of_one_variant_differ_only_in_slots() {
    let one = compose(&fixture::adult());
    let mut other = fixture::adult();
    other.name = Private::new(PersonName { first: "Bo".into(), last: "Li".into(), ..PersonName::default() });
    let other = compose(&other);
    assert_eq!(one.variant("adult"), other.variant("adult"));
    assert_ne!(one.variant("adult"), one.variant("minor"));
    assert_eq!(one.variant("adult").paragraphs.first().map(AsRef::as_ref), Some("date"));
}

#[test]
fn a_letter_fits_two_pages_of_plain_words() {
    for role in Role::ALL {
        let mut recipient = fixture::recipient(role, Language::English, &fixture::adult().elements.iter().collect::<Vec<_>>());
        recipient.activation_code = fixture::adult().activation_code.filter(|_| role != Role::Deceased);
        let count = compose(&recipient).to_text().split_whitespace().count();
        assert!((450..=900).contains(&count), "{role:?}: {count} words");
    }
}

#[test]
fn html_is_a_whole_document_without_anything_remote() {
    let html = compose(&fixture::adult()).to_html();
    for part in
        ["<html lang=\"en\">", "<title>Notice of Data Breach</title>", "<h1>Notice of Data Breach</h1>", "<th scope=\"col\">Experian</th>"]
    {
        assert!(html.contains(part), "{part}");
    }
    for part in ["<img", "src=", "url(", "@import", "<script", "<link"] {
        assert!(!html.contains(part), "{part}");
    }
    assert!(html.contains("<strong class=\"code\">NLW-7Q4K-22XD</strong>"));
}

#[test]
fn text_keeps_its_width() {
    for language in Language::ALL {
        for role in Role::ALL {
            let text = compose(&fixture::recipient(role, language, &all_elements())).to_text();
            let long = text.lines().find(|line| line.chars().count() > 72);
            assert_eq!(long, None);
        }
    }
}

/// The salutation of a letter to a person of this family name: its one run of text.
fn salutation(name: &str) -> Vec<Inline> {
    let mut recipient = fixture::adult();
    recipient.name = Private::new(PersonName { last: name.to_owned(), ..PersonName::default() });
    let letter = compose(&recipient);
    letter.blocks.iter().find(|block| block.paragraph.as_ref() == "salutation").map_or_else(Vec::new, |block| match &block.kind {
        BlockKind::Paragraph(text) => text.clone(),
        _ => Vec::new(),
    })
}

#[test]
fn a_value_prints_as_typed() {
    for name in [
        "Ann *O'Brien* <b>",
        "[x](https://y)",
        "1. One",
        "# Head",
        "a | b",
        "&amp;",
        "`code`",
        "back\\slash",
        "- item",
        "+ item",
        "2025.",
        "> quote",
        "<!-- paragraph: x -->",
        "{{ code }}",
        "{% if %}",
        "~~x~~",
        "![i](j)",
        "https://x.example",
        "**",
        "___",
        "مريم",
        "Zoë 👩‍⚕️",
        "&#42;",
        "a  b",
    ] {
        let text = format!("Dear {name}:");
        assert_eq!(salutation(name), [Inline { text, ..Inline::default() }], "{name}");
    }
    assert_eq!(salutation("two\nlines")[0].text, "Dear two lines:");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_value_is_one_run_of_exactly_its_text(value in any::<String>()) {
        prop_assume!(!value.is_empty());
        let cleaned = clean(&value);
        let expected = cleaned.chars().map(|c| if matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}') { ' ' } else { c });
        let text = format!("Dear {}:", expected.collect::<String>());
        prop_assert_eq!(salutation(&value), [Inline { text, ..Inline::default() }]);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_code_and_a_table_cell_keep_any_value(value in "[ -~]{1,30}") {
        let mut incident = fixture::incident();
        let mut rules = fixture::rules();
        rules.bureaus[1].name.clone_from(&value);
        incident.translations.clear();
        let mut recipient = fixture::adult();
        recipient.activation_code = Some(Private::new(value.clone()));
        let letter = Composer::load(&incident, &rules, &Recipients::default()).unwrap().compose(&incident, &recipient, PieceNumber(1)).unwrap();
        let header = letter.blocks.iter().find_map(|block| if let BlockKind::Table { header, .. } = &block.kind { Some(header[1].clone()) } else { None });
        prop_assert_eq!(header, Some(vec![Inline { text: value.clone(), ..Inline::default() }]));
        let framed = letter.blocks.iter().find_map(|block| if let BlockKind::Framed(inside) = &block.kind { Some(inside.clone()) } else { None });
        let code = Inline { text: value, code: true, ..Inline::default() };
        prop_assert_eq!(framed.map(|inside| inside[2].kind.clone()), Some(BlockKind::Paragraph(vec![code])));
    }
}

/// Loads with one template written into the incident folder.
fn load_with(name: &str, text: &str) -> (Incident, Result<Composer>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("templates").join(name);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, text).unwrap();
    let mut incident = fixture::incident();
    incident.folder = folder.path().to_owned();
    let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default());
    (incident, composer)
}

fn refused(name: &str, text: &str) -> Finding {
    all_refused(name, text).swap_remove(0)
}

fn all_refused(name: &str, text: &str) -> Vec<Finding> {
    let error = load_with(name, text).1.map(|_| ()).unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    error.findings
}

#[test]
fn a_users_file_replaces_ours() {
    let (incident, composer) = load_with(
        "en/parts/more_information.md",
        "\u{feff}<!-- paragraph: ours -->\r\n## For More Information\r\n\r\nAsk **Ruth**: {{ call_center.phone }}\r\n",
    );
    let composer = composer.unwrap();
    let letter = composer.compose(&incident, &fixture::adult(), PieceNumber(1)).unwrap();
    assert!(words(&letter).contains("Ask Ruth:"));
    assert!(letter.blocks.iter().any(|block| block.paragraph.as_ref() == "ours"));
    let sources: Vec<_> = composer.sources().collect();
    assert!(sources.iter().any(|(name, text)| *name == "en/parts/more_information.md" && text.contains("Ruth")));
    assert!(sources.iter().any(|(name, _)| *name == "es/wording.toml"));
}

#[test]
fn paper_says_where_a_link_leads() {
    for (markdown, printed) in [
        ("See [our page](https://lakeside.example/notice/).", "See our page (lakeside.example/notice)."),
        ("See [**our** page](https://a.example).", "See our page (a.example)."),
        ("See <https://a.example/x>, [A.example/x](https://a.example/x).", "See https://a.example/x, A.example/x."),
        ("Write to [us](mailto:ruth@a.example) or <ruth@a.example>.", "Write to us (ruth@a.example) or ruth@a.example."),
        ("Call [us](tel:1-888-555-0143) at [(888) 555-0143](tel:+18885550143).", "Call us (1-888-555-0143) at (888) 555-0143."),
        ("A\ttab stands.", "A tab stands."),
    ] {
        let (incident, composer) = load_with("en/parts/general_advice.md", &format!("<!-- paragraph: scams -->\n{markdown}\n"));
        let letter = composer.unwrap().compose(&incident, &fixture::adult(), PieceNumber(1)).unwrap();
        assert!(words(&letter).contains(printed), "{markdown}");
    }
}

#[test]
fn a_letter_without_what_the_law_asks_for_is_refused_with_the_clause() {
    for (part, clause) in [
        ("what_happened", "45 CFR 164.404(c)(1)(A)"),
        ("what_information", "45 CFR 164.404(c)(1)(B)"),
        ("what_you_can_do", "45 CFR 164.404(c)(1)(C)"),
        ("what_we_are_doing", "45 CFR 164.404(c)(1)(D)"),
        ("more_information", "45 CFR 164.404(c)(1)(E)"),
    ] {
        for language in ["en", "es"] {
            let findings = all_refused(&format!("{language}/parts/{part}.md"), "<!-- paragraph: nothing -->\n\nNothing.\n");
            assert!(findings.iter().any(|finding| finding.reason.contains(clause)), "{part}: {findings:?}");
        }
    }
}

#[test]
fn every_type_and_the_code_must_be_printed_as_they_are() {
    let what = "<!-- paragraph: w -->\n## What Information Was Involved\n\n";
    for text in ["- {{ elements[0] }}", "{% for e in elements %}{% if loop.index < 4 %}- {{ e }}\n{% endif %}{% endfor %}"] {
        assert_eq!(refused("en/parts/what_information.md", &format!("{what}{text}\n")).code, "hipaa-types", "{text}");
    }
    for text in ["37LP-9PNF-NTRQ", "{{ code | lower }}", "{{ code | truncate(length=6) }}", ""] {
        let finding = refused("en/parts/activation.md", &format!("<!-- paragraph: a -->\nYour code: {text}\n"));
        assert_eq!(finding.code, "code-printed", "{text}");
    }
}

#[test]
fn functions_are_refused_so_that_none_can_print_a_value_to_the_terminal() {
    let text = "<!-- paragraph: scams -->\n\n{% if code %}{{ throw(message=salutation) }}{% endif %}";
    assert_eq!(refused("en/parts/general_advice.md", text).code, "unknown-function");
}

#[test]
fn a_fault_in_a_template_has_its_place() {
    let start = "<!-- paragraph: scams -->\n\nhello ";
    for (code, rest, line, column, hint) in [
        ("undefined-variable", "{{ nmae }}", 3, "10", "known here"),
        ("undefined-variable", "{{ provider.nmae }}", 3, "19", "did you mean `name`?"),
        ("undefined-variable", "{% if involved.sns %}x{% endif %}", 3, "22", "did you mean `ssn`?"),
        ("undefined-variable", "{% for b in bureaus %}{{ b.wep }}{% endfor %}", 3, "34", "did you mean `web`?"),
        ("undefined-variable", "{{ __tera_context }}", 3, "10", "known here"),
        ("unknown-filter", "{{ date | upperr }}", 3, "17", "did you mean `upper`?"),
        ("unsafe-filter", "{{ patient.name | safe }}", 3, "25", "prints as typed"),
        ("missing-include", "{% include \"parts/signatur.md\" %}", 3, "18", "did you mean `parts/signature.md`?"),
        ("missing-include", "{% include \"../../secret.md\" %}", 3, "18", "known here"),
        ("template-syntax", "{{ date", 3, "14", "slots are written"),
        ("template-markup", "![logo](https://x)", 3, "7", "images"),
        ("template-markup", "<b>x</b>", 3, "7", "Markdown"),
        ("template-markup", "\n\n2025. It was", 5, "1", "2025"),
        ("template-markup", "[x](<https://a.example/a b>)", 3, "7", "%20"),
        ("name-in-link", "[x](<https://a.example/{{ patient.name | replace(from=' ', to='-') }}>)", 1, "1", "text of the link"),
        ("slot-not-printable", "{{ patient }}", 3, "10", "{{ patient.name }}"),
        ("slot-not-printable", "{{ adult }}", 3, "10", "{% if"),
        ("slot-not-printable", "{{ involved.ssn }}", 3, "10", "{% if"),
        ("slot-not-printable", "{{ elements }}", 3, "10", "{% for"),
        ("slot-not-printable", "{% for b in bureaus %}{{ b.freeze }}{% endfor %}", 3, "32", "{% for"),
        ("lost-character", "\u{fffd}", 3, "7", "again"),
        ("template-markup", "\n\n|a|b|\n|-|-|\n|c|d|e|", 7, "1", "column"),
        ("elements-in-table", "\n\n|x|\n|-|\n{% for e in elements %}|{{ e }}|\n{% endfor %}", 1, "1", "list"),
        ("control-character", "\0", 3, "7", "retype"),
        ("control-character", "x\u{202e}y", 3, "8", "retype"),
        ("duplicate-paragraph", "\n\n<!-- paragraph: scams -->\nx", 5, "1", "own id"),
        ("unsupported-statement", "{% block x %}{% endblock %}", 3, "10", "use if"),
        ("paragraph-wording-varies", "{% if involved.email %}with{% else %}without{% endif %}", 1, "1", "own marker"),
    ] {
        let finding = refused("en/parts/general_advice.md", &format!("{start}{rest}"));
        assert_eq!((finding.code, finding.place.file.as_str()), (code, "templates/en/parts/general_advice.md"), "{finding:?}");
        assert_eq!((finding.place.line, finding.place.column.as_deref()), (Some(line), Some(column)), "{rest}: {finding:?}");
        assert!(finding.hint.contains(hint), "{rest}: {finding:?}");
    }
}

#[test]
fn files_that_are_no_templates_are_refused() {
    let finding = refused("en/parts/signatur.md", "<!-- paragraph: x -->\nx");
    assert_eq!((finding.code, &*finding.hint), ("unknown-template", "did you mean `en/parts/signature.md`?"));
    assert_eq!(refused("fr/letter.md", "x").code, "unknown-template");
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("Templates")).unwrap();
    let incident = Incident { folder: folder.path().to_owned(), ..fixture::incident() };
    let error = Composer::load(&incident, &fixture::rules(), &Recipients::default()).map(|_| ()).unwrap_err();
    assert_eq!((error.findings[0].code, error.findings[0].place.file.as_str()), ("unknown-template", "Templates"));
    assert_eq!(refused("en/letter.md", &"x".repeat(300_000)).code, "template-too-large");
    assert_eq!(refused("en/parts/bureaus.md", "x").code, "template-markup");
}

#[test]
fn a_new_part_may_be_added_when_a_template_includes_it() {
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().join("templates/en/parts");
    fs_err::create_dir_all(&parts).unwrap();
    let apology = "<!-- paragraph: scams -->\nx\n\n{% include \"parts/own.md\" %}\n";
    fs_err::write(parts.join("general_advice.md"), apology).unwrap();
    fs_err::write(parts.join("own.md"), "<!-- paragraph: own -->\nOur own words.\n").unwrap();
    let mut incident = fixture::incident();
    incident.folder = folder.path().to_owned();
    let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default()).unwrap();
    assert!(words(&composer.compose(&incident, &fixture::adult(), PieceNumber(1)).unwrap()).contains("Our own words."));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let link = |target: &Path, name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join(name);
        fs_err::create_dir_all(at.parent().unwrap()).unwrap();
        fs_err::os::unix::fs::symlink(target, &at).unwrap();
        let mut incident = fixture::incident();
        incident.folder = folder.path().to_owned();
        Composer::load(&incident, &fixture::rules(), &Recipients::default()).map(|_| ()).unwrap_err().findings[0].code
    };
    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("letter.md"), "<!-- paragraph: x -->\nx").unwrap();
    assert_eq!(link(&outside.path().join("letter.md"), "templates/en/letter.md"), "template-outside");
    assert_eq!(link(outside.path(), "templates/en"), "template-outside");
    assert_eq!(link(outside.path(), "templates"), "template-outside");
}

#[test]
fn prose_is_checked_and_must_be_there_in_the_letters_language() {
    let mut incident = fixture::incident();
    incident.mitigation = "We <b>did</b> this.".into();
    let error = Composer::load(&incident, &fixture::rules(), &Recipients::default()).map(|_| ()).unwrap_err();
    assert_eq!((error.findings[0].code, error.findings[0].place.file.as_str()), ("prose-markup", "incident.toml"));
    let mut incident = fixture::incident();
    incident.translations.clear();
    let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default()).unwrap();
    let spanish = fixture::recipient(Role::Adult, Language::Spanish, &[Element::Name]);
    let error = composer.compose(&incident, &spanish, PieceNumber(1)).unwrap_err();
    assert_eq!(error.findings[0].code, "prose-not-translated");
    assert!(error.findings[0].hint.contains("[incident.es]"));
    composer.compose(&incident, &fixture::adult(), PieceNumber(1)).unwrap();
}

#[test]
fn a_recipient_that_makes_no_sense_is_refused_without_a_value() {
    let incident = fixture::incident();
    let code = |recipient: &Recipient| {
        let error = COMPOSER.compose(&incident, recipient, PieceNumber(1)).unwrap_err();
        assert!(!format!("{error:?}").contains("Rivera"));
        error.findings[0].code
    };
    let mut recipient = fixture::adult();
    recipient.role = Role::Deceased;
    assert_eq!(code(&recipient), "code-for-deceased");
    recipient.elements = crate::intake::Elements::default();
    assert_eq!(code(&recipient), "no-elements");
    let mut without = fixture::incident();
    without.identity_service = None;
    let error = COMPOSER.compose(&without, &fixture::adult(), PieceNumber(1)).unwrap_err();
    assert_eq!(error.findings[0].code, "code-without-service");
}

/// Templates whose letters are each rendered for themselves.
static ONE_BY_ONE: LazyLock<Composer> = LazyLock::new(|| {
    let mut composer = Composer::load(&fixture::incident(), &fixture::rules(), &Recipients::default()).unwrap();
    composer.editions.values_mut().for_each(Edition::forget_forms);
    composer
});

#[test]
fn a_form_that_is_not_kept_is_the_same_form() {
    let mut composer = Composer::load(&fixture::incident(), &fixture::rules(), &Recipients::default()).unwrap();
    composer.editions.values_mut().for_each(Edition::keep_no_forms);
    let letters = [0, 1].map(|_| composer.compose(&fixture::incident(), &fixture::adult(), PieceNumber(42)).unwrap());
    for (one, other) in letters[0].blocks.iter().zip(&letters[1].blocks) {
        match (one, other) {
            (BodyBlock::Fixed(one), BodyBlock::Fixed(other)) => assert!(Arc::ptr_eq(one, other), "one copy of a fixed block"),
            (BodyBlock::Own(one), BodyBlock::Own(other)) => assert_eq!(one, other),
            _ => panic!("a block is everybody's in one letter and not in the other"),
        }
    }
    assert!(letters[0].blocks.iter().any(|block| matches!(block, BodyBlock::Fixed(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_form_filled_in_is_the_letter_that_rendering_gives(
        (first, last, representative, code) in (".{0,9}", "[A-Za-z*_|`.<>&' -]{1,12}", "[^\\p{C}]{0,12}", "[A-Z0-9.-]{0,9}"),
        (role, language, elements) in (0usize..4, 0usize..2, prop::collection::vec(0usize..17, 1..9)),
    ) {
        let elements: Vec<Element> = elements.into_iter().map(|index| Element::ALL[index].0).collect();
        let role = Role::ALL[role];
        let mut recipient = fixture::recipient(role, Language::ALL[language], &elements);
        recipient.name = Private::new(PersonName { first, last, ..PersonName::default() });
        recipient.representative = (role != Role::Adult && !representative.is_empty()).then(|| Private::new(representative));
        recipient.activation_code = (role != Role::Deceased && !code.is_empty()).then(|| Private::new(code));
        let (filled, rendered) = (compose(&recipient), ONE_BY_ONE.compose(&fixture::incident(), &recipient, PieceNumber(42)).unwrap());
        prop_assert!(filled.blocks.iter().any(|block| matches!(block, BodyBlock::Fixed(_))), "it was filled in");
        for (filled, rendered) in filled.blocks.iter().zip(&rendered.blocks) {
            prop_assert_eq!(&**filled, &**rendered);
        }
        prop_assert_eq!(filled.paragraphs, rendered.paragraphs);
    }
}
