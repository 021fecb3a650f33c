//! The templates that come with the program.

/// Every built-in template: language tag, name under `templates/<language>/`, text.
pub(super) const FILES: &[(&str, &str, &str)] = &[
    ("en", "letter.md", include_str!("../../templates/en/letter.md")),
    ("en", "notices/advice.md", include_str!("../../templates/en/notices/advice.md")),
    ("en", "notices/call_center.md", include_str!("../../templates/en/notices/call_center.md")),
    ("en", "notices/consumer_reporting_agencies.md", include_str!("../../templates/en/notices/consumer_reporting_agencies.md")),
    ("en", "notices/introduction.md", include_str!("../../templates/en/notices/introduction.md")),
    ("en", "notices/media.md", include_str!("../../templates/en/notices/media.md")),
    ("en", "notices/web.md", include_str!("../../templates/en/notices/web.md")),
    ("en", "parts/activation.md", include_str!("../../templates/en/parts/activation.md")),
    ("en", "parts/bureaus.md", include_str!("../../templates/en/parts/bureaus.md")),
    ("en", "parts/credit_advice.md", include_str!("../../templates/en/parts/credit_advice.md")),
    ("en", "parts/general_advice.md", include_str!("../../templates/en/parts/general_advice.md")),
    ("en", "parts/introduction.md", include_str!("../../templates/en/parts/introduction.md")),
    ("en", "parts/language_sheet.md", include_str!("../../templates/en/parts/language_sheet.md")),
    ("en", "parts/medical_advice.md", include_str!("../../templates/en/parts/medical_advice.md")),
    ("en", "parts/more_information.md", include_str!("../../templates/en/parts/more_information.md")),
    ("en", "parts/residents.md", include_str!("../../templates/en/parts/residents.md")),
    ("en", "parts/signature.md", include_str!("../../templates/en/parts/signature.md")),
    ("en", "parts/what_happened.md", include_str!("../../templates/en/parts/what_happened.md")),
    ("en", "parts/what_information.md", include_str!("../../templates/en/parts/what_information.md")),
    ("en", "parts/what_we_are_doing.md", include_str!("../../templates/en/parts/what_we_are_doing.md")),
    ("en", "parts/what_you_can_do.md", include_str!("../../templates/en/parts/what_you_can_do.md")),
    ("en", "wording.toml", include_str!("../../templates/en/wording.toml")),
    ("es", "letter.md", include_str!("../../templates/es/letter.md")),
    ("es", "notices/advice.md", include_str!("../../templates/es/notices/advice.md")),
    ("es", "notices/call_center.md", include_str!("../../templates/es/notices/call_center.md")),
    ("es", "notices/introduction.md", include_str!("../../templates/es/notices/introduction.md")),
    ("es", "notices/media.md", include_str!("../../templates/es/notices/media.md")),
    ("es", "notices/web.md", include_str!("../../templates/es/notices/web.md")),
    ("es", "parts/activation.md", include_str!("../../templates/es/parts/activation.md")),
    ("es", "parts/bureaus.md", include_str!("../../templates/es/parts/bureaus.md")),
    ("es", "parts/credit_advice.md", include_str!("../../templates/es/parts/credit_advice.md")),
    ("es", "parts/general_advice.md", include_str!("../../templates/es/parts/general_advice.md")),
    ("es", "parts/introduction.md", include_str!("../../templates/es/parts/introduction.md")),
    ("es", "parts/language_sheet.md", include_str!("../../templates/es/parts/language_sheet.md")),
    ("es", "parts/medical_advice.md", include_str!("../../templates/es/parts/medical_advice.md")),
    ("es", "parts/more_information.md", include_str!("../../templates/es/parts/more_information.md")),
    ("es", "parts/residents.md", include_str!("../../templates/es/parts/residents.md")),
    ("es", "parts/signature.md", include_str!("../../templates/es/parts/signature.md")),
    ("es", "parts/what_happened.md", include_str!("../../templates/es/parts/what_happened.md")),
    ("es", "parts/what_information.md", include_str!("../../templates/es/parts/what_information.md")),
    ("es", "parts/what_we_are_doing.md", include_str!("../../templates/es/parts/what_we_are_doing.md")),
    ("es", "parts/what_you_can_do.md", include_str!("../../templates/es/parts/what_you_can_do.md")),
    ("es", "wording.toml", include_str!("../../templates/es/wording.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for language in ["en", "es"] {
            for folder in ["", "notices", "parts"] {
                for entry in fs_err::read_dir(root.join(language).join(folder)).unwrap() {
                    let entry = entry.unwrap();
                    if entry.file_type().unwrap().is_dir() {
                        continue;
                    }
                    let name = entry.file_name().into_string().unwrap();
                    let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                    assert!(FILES.iter().any(|(tag, known, _)| *tag == language && *known == name), "{language}/{name}");
                }
            }
        }
    }
}
