//! The text format: project files and elements.

use crate::random::Random;
use crate::{Kind, Size, code};

/// The two lines that every text file begins with.
pub(crate) const HEADER: &str = "\
#To edit and compare internal_properties, use WINDEV integrated tools.
#Internal properties refer to the properties of controls in windows, reports, etc.
";

/// Lines that [`code::procedure`] writes.
const LINES_PER_PROCEDURE: usize = 20;

/// A text file as it grows.
struct Document(String);

impl Document {
    fn new() -> Self {
        Document(HEADER.to_owned())
    }

    /// One line, `indent` columns in.
    fn line(&mut self, indent: usize, line: &str) {
        self.0.extend(std::iter::repeat_n(' ', indent));
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn opaque(&mut self, indent: usize, bytes: usize, random: &mut Random) {
        self.line(
            indent,
            &format!("internal_properties : {}", random.opaque(bytes)),
        );
    }

    /// A code block whose key stands at `indent`. A blank line of code is its indentation alone.
    fn code<'a>(&mut self, indent: usize, lines: impl IntoIterator<Item = &'a str>) {
        self.line(indent, "code : |1+");
        for line in lines {
            self.line(indent + 1, line);
        }
    }

    fn info(&mut self, name: &str, kind: u32, random: &mut Random) {
        self.line(0, "info :");
        self.line(1, &format!("name : {name}"));
        self.opaque(1, 64, random);
        self.line(1, "major_version : 30");
        self.line(1, "minor_version : 0");
        self.line(1, &format!("type : {kind}"));
        self.line(1, "description : \"\"");
        self.line(1, "subtype : 0");
        self.line(1, "options : 256");
    }

    fn resources(&mut self, identifier: &str, random: &mut Random) {
        self.line(0, "resources :");
        self.line(1, "string_res :");
        self.line(2, &format!("identifier : {identifier}"));
        self.opaque(2, 56, random);
    }

    fn note(&mut self, random: &mut Random) {
        self.line(0, "custom_note :");
        self.opaque(1, 56, random);
    }

    /// `procedures` and the empty lists after it, in `code_elements` at column 1.
    fn procedures(&mut self, kind: Kind, element: usize, size: &Size, random: &mut Random) {
        let count = size.lines_per_element.div_ceil(LINES_PER_PROCEDURE);
        if count == 0 {
            self.line(2, "procedures : []");
        } else {
            self.line(2, "procedures :");
        }
        let owner = if kind == Kind::Set { 15 } else { 14 };
        for number in 0..count {
            let name = format!("Traite{element}_{number}");
            self.line(3, "-");
            self.line(5, &format!("name : {name}"));
            self.line(5, &format!("procedure_id : {}", random.next()));
            self.line(5, &format!("type_code : {owner}"));
            let lines = code::procedure(&name, size.tables, random);
            self.code(5, lines.iter().map(String::as_str));
            self.line(5, "type : 458752");
        }
        self.line(2, "procedure_templates : []");
        self.line(2, "property_templates : []");
    }
}

/// The project file.
pub(crate) fn project(size: &Size) -> String {
    let mut random = Random::new(size.seed, 0x2000_0000);
    let random = &mut random;
    let mut text = Document::new();
    text.info("Generated", 4097, random);
    text.line(0, "project :");
    text.line(1, "identifier : 0x0");
    text.opaque(1, 800, random);
    text.line(1, "configurations :");
    text.line(2, "-");
    text.line(4, "name : Generated");
    text.opaque(4, 800, random);
    text.line(4, "configuration_id : 3913544940262535001");
    text.line(4, "type : 2");
    text.line(4, "generation_name : Generated.wdl");
    text.line(4, "version : {}");
    text.line(4, "language : 1");
    text.line(4, "64bits : true");
    text.line(1, "elements :");
    text.line(2, &format!("identifier : {}", random.identifier()));
    if size.elements == 0 {
        text.line(2, "elements : []");
    } else {
        text.line(2, "elements :");
    }
    for element in 0..size.elements {
        let kind = Kind::of(element);
        let name = kind.name(element);
        text.line(3, "-");
        text.line(5, &format!("name : {name}"));
        text.line(5, &format!("identifier : {}", random.identifier()));
        text.opaque(5, 80, random);
        text.line(
            5,
            &format!("physical_name : .\\{name}.{}", kind.extension()),
        );
        text.line(5, &format!("type : {}", kind.number()));
    }
    text.line(2, "other_elements : []");
    text.line(2, "array_of_analysis :");
    text.line(3, "-");
    text.line(5, "analysis : .\\Generated.ana\\Generated.wda");
    text.line(2, "net_assemblies : []");
    text.line(2, "uwp_api : []");
    text.line(2, "external_components : []");
    text.line(2, "internal_components : []");
    text.line(1, "languages :");
    text.line(2, "- fr-FR");
    text.line(2, "- en-GB");
    text.line(1, "code_elements :");
    text.opaque(2, 80, random);
    text.line(2, "type_code : 0");
    text.line(2, "p_codes :");
    text.line(3, "-");
    text.code(5, code::PROJECT_INITIALIZATION.lines());
    text.line(5, "type : 196608");
    text.line(3, "-");
    text.line(5, "type : 196621");
    text.line(3, "-");
    text.line(5, "type : 196627");
    text.line(5, "enabled : false");
    text.line(1, "code_parameters :");
    text.opaque(2, 56, random);
    text.line(0, "project_explorer :");
    text.line(1, "explorer_type : project");
    text.resources("0x0", random);
    text.note(random);
    text.0
}

/// A procedure set or a page.
pub(crate) fn element(kind: Kind, element: usize, size: &Size, random: &mut Random) -> String {
    let name = kind.name(element);
    let mut text = Document::new();
    text.info(&name, kind.number(), random);
    let identifier = random.identifier();
    match kind {
        Kind::Set => {
            text.line(0, "procedure_set :");
            text.line(1, &format!("identifier : {identifier}"));
            text.opaque(1, 64, random);
        }
        Kind::Page => {
            text.line(0, "page :");
            text.line(1, &format!("name : {name}"));
            text.line(1, &format!("identifier : {identifier}"));
            text.opaque(1, 1_200, random);
            text.line(1, "properties : {}");
            text.line(1, "controls :");
            controls(&mut text, size, random);
            text.line(1, "type : 1");
            text.line(1, "languages :");
            text.line(2, "- fr-FR");
        }
    }
    text.line(1, "code_elements :");
    let declarations = code::declarations(element, size.globals_per_element, random);
    let declarations = declarations.iter().map(String::as_str);
    match kind {
        Kind::Set => {
            text.line(2, "type_code : 31");
            text.line(2, "p_codes :");
            text.line(3, "-");
            text.code(5, declarations);
            text.line(5, "type : 720896");
            text.line(3, "-");
            text.code(5, [""]);
            text.line(5, "type : 720898");
        }
        Kind::Page => {
            text.line(2, "type_code : 38");
            text.line(2, "p_codes :");
            text.line(3, "-");
            text.code(5, declarations);
            text.line(5, "type : 851968");
            text.line(3, "-");
            text.code(5, ["", "gsCheminDonnées = MaPage..Nom"]);
            text.line(5, "type : 851996");
            for event in [852_300, 852_017, 852_119] {
                text.line(3, "-");
                text.line(5, &format!("type : {event}"));
                text.line(5, "enabled : false");
            }
            text.line(3, "-");
            text.line(5, "type : 851999");
            text.line(5, "role : N");
        }
    }
    text.procedures(kind, element, size, random);
    text.line(1, "code_parameters :");
    text.opaque(2, 56, random);
    text.line(2, "original_name : NoName1");
    let identifier = random.identifier();
    text.resources(&identifier, random);
    if kind == Kind::Page {
        text.line(0, "webification :");
        text.opaque(1, 48, random);
    }
    text.note(random);
    if kind == Kind::Page {
        text.line(0, "rad :");
        text.opaque(1, 40, random);
    }
    text.0
}

/// The controls of a page, one a 25 lines of code and at least one: real pages are mostly controls.
fn controls(text: &mut Document, size: &Size, random: &mut Random) {
    for number in 0..(size.lines_per_element / 25).max(1) {
        text.line(2, "-");
        text.line(4, &format!("name : BTN_Action{number}"));
        text.line(4, &format!("identifier : {}", random.identifier()));
        text.opaque(4, 400, random);
        text.line(4, "properties :");
        for (key, limit) in [("x", 900), ("y", 700), ("width", 300), ("height", 40)] {
            text.line(5, &format!("{key} : {}", random.below(limit)));
        }
        text.line(4, "type : 4");
        text.line(4, "code_elements :");
        text.line(5, "type_code : 4");
        text.line(5, &format!("alias : A{number}"));
        text.line(5, "p_codes :");
        text.line(6, "-");
        text.line(8, "type : 851980");
        text.line(8, "enabled : false");
        text.line(6, "-");
        text.code(8, ["// Clic", "Info(\"Action\")"]);
        text.line(8, "type : 851984");
    }
}
