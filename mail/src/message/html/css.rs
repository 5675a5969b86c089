//! Style sheets and style attributes, read by a CSS parser and written anew: known properties with harmless values.
//!
//! Nothing that loads (`url()`, `@import`, `@font-face`, `image-set()`), nothing that runs (`expression()`, `behavior`),
//! nothing that leaves its place (`position`). Backslashes are gone, since the parser has read them.

use super::policy::{Words, words};
use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser, ToCss, Token,
};
use std::sync::LazyLock;

/// All style sheets of a message together, read and written. Bytes.
pub(crate) const SHEET_MAX: usize = 256 * 1024;
/// One style attribute. Bytes.
const ATTRIBUTE_MAX: usize = 8 * 1024;
/// Functions inside each other, rules inside `@media`.
const DEPTH_MAX: u8 = 6;

/// Properties that are kept.
static PROPERTIES: Words = LazyLock::new(|| {
    words(
        "align-content align-items align-self background border box-shadow box-sizing break-inside caption-side \
         clear color columns direction display empty-cells flex float font gap height hyphens letter-spacing \
         line-height list-style margin max-height max-width min-height min-width object-fit opacity order orphans \
         outline overflow overflow-wrap padding quotes row-gap tab-size table-layout vertical-align visibility \
         white-space width widows",
    )
});

/// All that begin so are kept too.
const FAMILIES: [&str; 12] = [
    "background-",
    "border-",
    "column-",
    "flex-",
    "font-",
    "justify-",
    "list-style-",
    "margin-",
    "outline-",
    "padding-",
    "text-",
    "word-",
];

static FUNCTIONS: Words = LazyLock::new(|| {
    words(
        "rgb rgba hsl hsla hwb lab lch calc min max clamp linear-gradient radial-gradient \
         repeating-linear-gradient",
    )
});

/// The declarations of a style attribute, clean. Adds to `blocked` what would have been loaded.
pub(super) fn declarations(style: &str, blocked: &mut u32) -> String {
    if style.len() > ATTRIBUTE_MAX {
        return String::new();
    }
    let mut cleaner = Cleaner { blocked: 0, depth: 0 };
    let text = cleaner.block(&mut Parser::new(style));
    *blocked += cleaner.blocked;
    text
}

/// A style sheet, clean. Adds to `blocked` what would have been loaded.
pub(crate) fn sheet(css: &str, blocked: &mut u32) -> String {
    let css = &css[..css.floor_char_boundary(SHEET_MAX)];
    let mut cleaner = Cleaner { blocked: 0, depth: 0 };
    let mut input = Parser::new(css);
    let rules: Vec<String> = StyleSheetParser::new(&mut input, &mut cleaner).flatten().collect();
    *blocked += cleaner.blocked;
    rules.concat()
}

/// What was written here never has these; so if it does, it was not.
pub(super) fn is_clean(css: &str) -> bool {
    let css = css.to_ascii_lowercase();
    !css.contains(['\\', '<', '@', '{', '}'])
        && !["url(", "expression", "javascript", "image-set", "src("].iter().any(|mark| css.contains(mark))
}

fn is_property(name: &str) -> bool {
    PROPERTIES.contains(name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

struct Cleaner {
    blocked: u32,
    depth: u8,
}

type Failure = ParseError<()>;

fn refuse<T>() -> Result<T, Failure> {
    Err(ParseError::unexpected_token())
}

impl Cleaner {
    fn block(&mut self, input: &mut Parser<'_>) -> String {
        let all: Vec<String> = RuleBodyParser::new(input, self).flatten().collect();
        all.join(";")
    }

    /// A declaration's value. `url(…)` is left out where a colour may stand beside it, else it spoils the whole.
    fn value(&mut self, property: &str, input: &mut Parser<'_>, depth: u8, out: &mut String) -> Result<(), Failure> {
        if depth > DEPTH_MAX {
            return refuse();
        }
        while let Ok(token) = input.next_including_whitespace() {
            let token = token.clone();
            match &token {
                Token::WhiteSpace(_) => out.push(' '),
                Token::QuotedString(_) if !property.starts_with("font") && property != "quotes" => return refuse(),
                Token::UnquotedUrl(address) | Token::BadUrl(address) => {
                    self.block_address(address);
                    if !property.starts_with("background") {
                        return refuse();
                    }
                }
                Token::Function(name) if name.eq_ignore_ascii_case("url") || name.eq_ignore_ascii_case("src") => {
                    let address = input.parse_nested_block(|input| -> Result<String, Failure> {
                        Ok(input.expect_string().map(|text| text.to_string()).unwrap_or_default())
                    });
                    self.block_address(&address.unwrap_or_default());
                    if !property.starts_with("background") {
                        return refuse();
                    }
                }
                Token::Function(name) => {
                    if !FUNCTIONS.contains(&*name.to_ascii_lowercase()) {
                        // image-set("…") and its like load by a bare string.
                        self.blocked += u32::from(name.to_ascii_lowercase().contains("image"));
                        return refuse();
                    }
                    write(&token, out)?;
                    input.parse_nested_block(|input| self.value(property, input, depth + 1, out))?;
                    out.push(')');
                }
                Token::ParenthesisBlock if depth > 0 => {
                    out.push('(');
                    input.parse_nested_block(|input| self.value(property, input, depth + 1, out))?;
                    out.push(')');
                }
                Token::Ident(_)
                | Token::Number { .. }
                | Token::Percentage { .. }
                | Token::Dimension { .. }
                | Token::Hash(_)
                | Token::IDHash(_)
                | Token::QuotedString(_)
                | Token::Comma
                | Token::Delim('/' | '!' | '+' | '-' | '*') => write(&token, out)?,
                _ => return refuse(),
            }
        }
        Ok(())
    }

    fn block_address(&mut self, address: &str) {
        let inside = ["data:", "cid:", "#"].iter().any(|scheme| {
            address.trim_start().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        self.blocked += u32::from(!inside);
    }
}

fn write(token: &Token<'_>, out: &mut String) -> Result<(), Failure> {
    token.to_css(out).or_else(|_| refuse())
}

/// A selector or a media query: tokens that only name things.
fn prelude(input: &mut Parser<'_>, depth: u8, out: &mut String) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return refuse();
    }
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        let close = match &token {
            Token::Function(name) => {
                let known = ["not", "is", "where", "nth-child", "nth-of-type", "nth-last-child", "nth-last-of-type"];
                if !known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                    return refuse();
                }
                ")"
            }
            Token::ParenthesisBlock => ")",
            Token::SquareBracketBlock => "]",
            Token::WhiteSpace(_) => {
                out.push(' ');
                continue;
            }
            Token::Ident(_)
            | Token::Hash(_)
            | Token::IDHash(_)
            | Token::QuotedString(_)
            | Token::Number { .. }
            | Token::Percentage { .. }
            | Token::Dimension { .. }
            | Token::Colon
            | Token::Comma
            | Token::IncludeMatch
            | Token::DashMatch
            | Token::PrefixMatch
            | Token::SuffixMatch
            | Token::SubstringMatch
            | Token::Delim('.' | '>' | '+' | '~' | '*' | '=' | '-' | '/') => "",
            _ => return refuse(),
        };
        write(&token, out)?;
        if !close.is_empty() {
            input.parse_nested_block(|input| prelude(input, depth + 1, out))?;
            out.push_str(close);
        }
    }
    Ok(())
}

impl<'i> DeclarationParser<'i> for Cleaner {
    type Declaration = String;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _start: &ParserState,
    ) -> Result<String, Failure> {
        let name = name.to_ascii_lowercase();
        let mut value = String::new();
        // The value is read even where the property is dropped: what it would have loaded counts.
        self.value(&name, input, 0, &mut value)?;
        let value = value.trim();
        let only_important = value.starts_with('!');
        if value.is_empty() || only_important || !is_property(&name) || !is_clean(value) {
            return refuse();
        }
        Ok(format!("{name}:{value}"))
    }
}

impl<'i> QualifiedRuleParser<'i> for Cleaner {
    type Prelude = String;
    type QualifiedRule = String;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, Failure> {
        let mut selector = String::new();
        // A selector that is dropped must not hide what its block would have loaded, so its failure is kept for later.
        let fine = prelude(input, 0, &mut selector).is_ok() && !selector.contains(['\\', '<', '{', '}']);
        while input.next().is_ok() {}
        Ok(if fine { selector.trim().to_owned() } else { String::new() })
    }

    fn parse_block(
        &mut self,
        selector: String,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<String, Failure> {
        let body = self.block(input);
        if selector.is_empty() || body.is_empty() { refuse() } else { Ok(format!("{selector}{{{body}}}\n")) }
    }
}

impl<'i> AtRuleParser<'i> for Cleaner {
    type Prelude = String;
    type AtRule = String;
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<String, Failure> {
        let media = name.eq_ignore_ascii_case("media");
        if !media || self.depth >= 2 {
            self.blocked += u32::from(name.eq_ignore_ascii_case("import") || name.eq_ignore_ascii_case("font-face"));
            return refuse();
        }
        let mut query = String::new();
        prelude(input, 0, &mut query)?;
        if query.contains(['\\', '<']) { refuse() } else { Ok(query.trim().to_owned()) }
    }

    fn parse_block(&mut self, query: String, _start: &ParserState, input: &mut Parser<'i>) -> Result<String, Failure> {
        self.depth += 1;
        let rules: Vec<String> = StyleSheetParser::new(input, self).flatten().collect();
        self.depth -= 1;
        if rules.is_empty() { refuse() } else { Ok(format!("@media {query}{{{}}}\n", rules.concat())) }
    }
}

impl RuleBodyItemParser<'_, String, ()> for Cleaner {
    fn parse_declarations(&self) -> bool {
        true
    }
    fn parse_qualified(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(style: &str) -> (String, u32) {
        let mut blocked = 0;
        (declarations(style, &mut blocked), blocked)
    }

    #[test]
    fn harmless_styles_stay() {
        for (style, kept) in [
            ("color: red; font-weight:bold", "color:red;font-weight:bold"),
            ("font-family: 'Segoe UI', Arial !important", "font-family:\"Segoe UI\", Arial !important"),
            ("width: calc(100% - 2px); background:#FFF", "width:calc(100% - 2px);background:#FFF"),
            ("color:rgb(1,2,3);mso-line-height-rule:exactly", "color:rgb(1,2,3)"),
            ("border-bottom:1px solid rgba(0,0,0,.5)", "border-bottom:1px solid rgba(0,0,0,0.5)"),
        ] {
            assert_eq!(attribute(style), (kept.to_owned(), 0), "{style}");
        }
    }

    #[test]
    fn what_loads_runs_or_leaves_its_place_goes() {
        for (style, kept, blocked) in [
            ("background:#fff url(http://x.test/a.png) no-repeat", "background:#fff  no-repeat", 1),
            ("background-image:url('//x.test/a')", "", 1),
            ("background-image:\\75 rl(http://x.test)", "", 1),
            ("background:url( \"http://x.test\" ", "", 1),
            ("list-style:url(http://x.test)", "", 1),
            ("cursor:url(http://x.test),auto", "", 1),
            ("background:image-set('http://x.test' 1x)", "", 1),
            ("-moz-binding:url(http://x.test)", "", 1),
            ("background:url(data:image/png;base64,AAAA)", "", 0),
            ("width:expression(alert(1))", "", 0),
            ("width:e\\xpression(alert(1))", "", 0),
            ("behavior:x", "", 0),
            ("position:fixed;top:0;z-index:9;color:red", "color:red", 0),
            ("color:red}body{background:url(x)", "", 0),
            ("content:'x'", "", 0),
            ("--x:url(http://x.test);color:var(--x)", "", 1),
            ("filter:progid:DXImageTransform.Microsoft.Alpha(x)", "", 0),
            ("color:red;;;color:</style>", "color:red", 0),
        ] {
            let (text, count) = attribute(style);
            assert!(is_clean(&text), "{style} gave {text}");
            assert_eq!(
                text.split_whitespace().collect::<String>(),
                kept.split_whitespace().collect::<String>(),
                "{style}"
            );
            assert!(count >= blocked, "{style}: {count} blocked");
        }
    }

    #[test]
    fn sheets_keep_rules_and_media_and_lose_the_rest() {
        let mut blocked = 0;
        let css = "<!-- @import 'http://x.test/a.css'; @charset \"utf-8\"; p.a > b, td[width=\"5\"] { color: red; position: fixed }
            @font-face { font-family: x; src: url(http://x.test/f) } @media (max-width: 600px) { .b { width: 100% !important } }
            a:hover { background: url(http://x.test/hover) } .c\\3c { color: red } @keyframes x { from { color: red } } -->";
        let clean = sheet(css, &mut blocked);
        assert_eq!(
            clean,
            "p.a > b, td[width=\"5\"]{color:red}\n@media (max-width: 600px){.b{width:100% !important}\n}\n"
        );
        assert!(blocked >= 3, "{blocked}");
    }

    #[test]
    fn a_bomb_of_brackets_ends_soon() {
        let mut blocked = 0;
        for bomb in ["(".repeat(200_000), "a{".repeat(100_000), "@media x{".repeat(20_000), "a{b:calc(".repeat(20_000)]
        {
            assert!(sheet(&bomb, &mut blocked).len() < 1_000);
        }
    }
}
