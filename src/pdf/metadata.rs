//! What a file says about itself: title and program in XMP, the standard it keeps (ISO 16684-1, ISO 14289-1 5). No date, no
//! patient data.

/// The XMP packet of a letter. An archive copy says that it is PDF/A-2a and describes the accessibility property, which
/// PDF/A does not know (ISO 19005-2, 6.6.2.3).
pub(super) fn xmp(title: &str, language: &str, archive: bool) -> String {
    let title = escaped(title);
    let program = concat!("breachnotice ", env!("CARGO_PKG_VERSION"));
    let archive = if archive { ARCHIVE } else { "" };
    format!(
        r#"<?xpacket begin="{}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{program}</pdf:Producer><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
{archive}</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"#,
        '\u{FEFF}'
    )
}

const ARCHIVE: &str = r#"<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 that the file keeps</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"#;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A grey ICC profile of gamma 2.2 under D50 (ICC.1:2001-04, version 2.4): what PDF/A needs to know about our black and grey.
pub(super) fn grey_profile() -> Vec<u8> {
    let description = b"Grey, gamma 2.2\0";
    let mut desc = Vec::from(*b"desc\0\0\0\0");
    desc.extend((description.len() as u32).to_be_bytes());
    desc.extend(description);
    desc.extend([0; 4 + 4 + 2 + 1 + 67]);
    let copyright = Vec::from(*b"text\0\0\0\0No copyright, use freely\0");
    let mut white = Vec::from(*b"XYZ \0\0\0\0");
    white.extend([0x0000_F6D6_u32, 0x0001_0000, 0x0000_D32D].into_iter().flat_map(u32::to_be_bytes));
    // One value is an exponent in 8.8 fixed point.
    let curve = Vec::from(*b"curv\0\0\0\0\0\0\0\x01\x02\x33");
    let tags = [(*b"desc", desc), (*b"cprt", copyright), (*b"wtpt", white), (*b"kTRC", curve)];
    let (mut table, mut data) = ((tags.len() as u32).to_be_bytes().to_vec(), Vec::new());
    let start = 128 + 4 + 12 * tags.len();
    for (name, bytes) in tags {
        table.extend(name);
        table.extend(((start + data.len()) as u32).to_be_bytes());
        table.extend((bytes.len() as u32).to_be_bytes());
        data.extend(&bytes);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = ((start + data.len()) as u32).to_be_bytes().to_vec();
    profile.extend(*b"\0\0\0\0\x02\x40\0\0prtrGRAYXYZ ");
    // A fixed date: profiles must have one, and same input gives same bytes.
    profile.extend([2001_u16, 4, 1, 0, 0, 0].into_iter().flat_map(u16::to_be_bytes));
    profile.extend(*b"acsp");
    profile.resize(68, 0);
    profile.extend([0x0000_F6D6_u32, 0x0001_0000, 0x0000_D32D].into_iter().flat_map(u32::to_be_bytes));
    profile.resize(128, 0);
    profile.extend(table);
    profile.extend(data);
    profile
}
