//! The grammar that explains syntax errors, as text for [`super::peg`].
//!
//! Notation: `'x'` a keyword or operator, `"x"` a soft keyword, upper case: a kind of token, `a*` `a+` `a?` `[a]` `s.a+`
//! (items separated by s), `&a` `!a` look ahead, `&&'x'` must follow (else: expected 'x'), `~` no other alternative from
//! here, `<k,l>a` only if the node is of that kind, `n=a` names what was matched. After an alternative: `-> kind` is the
//! kind of the node (what messages call it), `= n` gives the named node itself, `{...}` reports an error. Alternatives
//! that use a rule called `invalid_...` are tried only when a first pass without them has failed.

/// Statements and expressions.
pub const MAIN: &str = r#"
file: [statements] ENDMARKER
eval: expressions NEWLINE* ENDMARKER
statements: statement+
statement: compound_stmt | simple_stmts
simple_stmts: simple_stmt !';' NEWLINE | ';'.simple_stmt+ [';'] NEWLINE
simple_stmt: assignment | &"type" type_alias | star_expressions | &'return' return_stmt | &('import'|'from') import_stmt | &'raise' raise_stmt | &'pass' pass_stmt | &'del' del_stmt | &'yield' yield_expr | &'assert' assert_stmt | &'break' break_stmt | &'continue' continue_stmt | &'global' global_stmt | &'nonlocal' nonlocal_stmt
compound_stmt: &('def'|'@'|'async') function_def | &'if' if_stmt | &('class'|'@') class_def | &('with'|'async') with_stmt | &('for'|'async') for_stmt | &'try' try_stmt | &'while' while_stmt | match_stmt
assignment: NAME ':' expression ['=' annotated_rhs] | ('(' single_target ')' | single_subscript_attribute_target) ':' expression ['=' annotated_rhs] | (star_targets '=')+ annotated_rhs !'=' | single_target augassign ~ annotated_rhs | invalid_assignment
annotated_rhs: yield_expr | star_expressions
augassign: '+=' | '-=' | '*=' | '@=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='
return_stmt: 'return' [star_expressions]
raise_stmt: 'raise' expression ['from' expression] | 'raise'
pass_stmt: 'pass'
break_stmt: 'break'
continue_stmt: 'continue'
global_stmt: 'global' ','.NAME+
nonlocal_stmt: 'nonlocal' ','.NAME+
del_stmt: 'del' del_targets &(';'|NEWLINE) | invalid_del_stmt
assert_stmt: invalid_assert_stmt | 'assert' expression [',' expression]
type_alias: "type" NAME [type_params] '=' expression
import_stmt: invalid_import | import_name | import_from
import_name: 'import' dotted_as_names
import_from: 'from' ('.'|'...')* dotted_name 'import' import_from_targets | 'from' ('.'|'...')+ 'import' import_from_targets
import_from_targets: '(' import_from_as_names [','] ')' | import_from_as_names !',' | '*' | invalid_import_from_targets
import_from_as_names: ','.import_from_as_name+
import_from_as_name: invalid_import_from_as_name | NAME ['as' NAME]
dotted_as_names: ','.dotted_as_name+
dotted_as_name: invalid_dotted_as_name | dotted_name ['as' NAME]
dotted_name: '.'.NAME+
block: NEWLINE INDENT statements DEDENT | simple_stmts | invalid_block
decorators: ('@' named_expression NEWLINE)+
class_def: decorators class_def_raw | class_def_raw
class_def_raw: invalid_class_def_raw | 'class' NAME [type_params] ['(' [arguments] ')'] ':' block
function_def: decorators function_def_raw | function_def_raw
function_def_raw: invalid_def_raw | ['async'] 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' block
if_stmt: invalid_if_stmt | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block [else_block]
elif_stmt: invalid_elif_stmt | 'elif' named_expression ':' block elif_stmt | 'elif' named_expression ':' block [else_block]
else_block: invalid_else_stmt | 'else' &&':' block
while_stmt: invalid_while_stmt | 'while' named_expression ':' block [else_block]
for_stmt: invalid_for_stmt | ['async'] 'for' star_targets 'in' ~ star_expressions ':' block [else_block] | invalid_for_target
with_stmt: invalid_with_stmt_indent | ['async'] 'with' '(' ','.with_item+ [','] ')' ':' block | ['async'] 'with' ','.with_item+ ':' block | invalid_with_stmt
with_item: expression 'as' star_target &(','|')'|':') | invalid_with_item | expression
try_stmt: invalid_try_stmt | 'try' &&':' block finally_block | 'try' &&':' block except_block+ [else_block] [finally_block] | 'try' &&':' block except_star_block+ [else_block] [finally_block]
except_block: invalid_except_stmt_indent | 'except' expression ':' block | 'except' expression 'as' NAME ':' block | 'except' expressions ':' block | 'except' ':' block | invalid_except_stmt
except_star_block: invalid_except_star_stmt_indent | 'except' '*' expression ':' block | 'except' '*' expression 'as' NAME ':' block | 'except' '*' expressions ':' block | invalid_except_stmt | invalid_except_star_stmt
finally_block: invalid_finally_stmt | 'finally' &&':' block
match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT | invalid_match_stmt
subject_expr: star_named_expression ',' [star_named_expressions] | named_expression
case_block: invalid_case_block | "case" patterns [guard] ':' block
guard: 'if' named_expression
patterns: open_sequence_pattern | pattern
pattern: as_pattern | or_pattern
as_pattern: or_pattern 'as' pattern_capture_target | invalid_as_pattern
or_pattern: '|'.closed_pattern+
closed_pattern: literal_pattern | capture_pattern | "_" | value_pattern | '(' pattern ')' | sequence_pattern | mapping_pattern | class_pattern
literal_pattern: signed_number !('+'|'-') | signed_number ('+'|'-') NUMBER | strings | 'None' | 'True' | 'False'
signed_number: NUMBER | '-' NUMBER
capture_pattern: pattern_capture_target
pattern_capture_target: !"_" NAME !('.'|'('|'=')
value_pattern: attr !('.'|'('|'=')
attr: NAME ('.' NAME)+
name_or_attr: NAME ('.' NAME)*
sequence_pattern: '[' [maybe_sequence_pattern] ']' | '(' [open_sequence_pattern] ')'
open_sequence_pattern: maybe_star_pattern ',' [maybe_sequence_pattern]
maybe_sequence_pattern: ','.maybe_star_pattern+ [',']
maybe_star_pattern: star_pattern | pattern
star_pattern: '*' (pattern_capture_target | "_")
mapping_pattern: '{' '}' | '{' double_star_pattern [','] '}' | '{' items_pattern ',' double_star_pattern [','] '}' | '{' items_pattern [','] '}'
items_pattern: ','.key_value_pattern+
key_value_pattern: (literal_pattern | attr) ':' pattern
double_star_pattern: '**' pattern_capture_target
class_pattern: name_or_attr '(' ')' | name_or_attr '(' positional_patterns [','] ')' | name_or_attr '(' keyword_patterns [','] ')' | name_or_attr '(' positional_patterns ',' keyword_patterns [','] ')' | invalid_class_pattern
positional_patterns: ','.pattern+
keyword_patterns: ','.keyword_pattern+
keyword_pattern: NAME '=' pattern
type_params: invalid_type_params | '[' ','.type_param+ [','] ']'
type_param: NAME [':' expression] ['=' expression] | invalid_type_param | '*' NAME ['=' star_expression] | '**' NAME ['=' expression]
expressions: expression (',' expression)+ [','] -> tuple | expression ',' -> tuple | expression
expression: invalid_expression | invalid_legacy_expression | disjunction 'if' disjunction 'else' expression -> conditional-expression | disjunction | lambdef
expression_without_invalid: disjunction 'if' disjunction 'else' expression -> conditional-expression | disjunction | lambdef
yield_expr: 'yield' 'from' expression -> yield-expression | 'yield' [star_expressions] -> yield-expression
star_expressions: star_expression (',' star_expression)+ [','] -> tuple | star_expression ',' -> tuple | star_expression
star_expression: '*' bitwise_or -> starred | expression
star_named_expressions: ','.star_named_expression+ [',']
star_named_expression: '*' bitwise_or -> starred | named_expression
assignment_expression: NAME ':=' ~ expression -> named-expression
named_expression: assignment_expression | invalid_named_expression | expression !':='
disjunction: conjunction ('or' conjunction)+ -> expression | conjunction
conjunction: inversion ('and' inversion)+ -> expression | inversion
inversion: 'not' inversion -> expression | comparison
comparison: bitwise_or compare_pair+ -> comparison | bitwise_or
compare_pair: '==' bitwise_or | NOTEQUAL bitwise_or | '<=' bitwise_or | '<' bitwise_or | '>=' bitwise_or | '>' bitwise_or | 'not' 'in' bitwise_or | 'in' bitwise_or | 'is' 'not' bitwise_or | 'is' bitwise_or
bitwise_or: bitwise_xor ('|' bitwise_xor)+ -> expression | bitwise_xor
bitwise_xor: bitwise_and ('^' bitwise_and)+ -> expression | bitwise_and
bitwise_and: shift ('&' shift)+ -> expression | shift
shift: sum (('<<'|'>>') sum)+ -> expression | sum
sum: invalid_sum | term (('+'|'-') term)+ -> expression | term
term: invalid_term | factor (('*'|'/'|'//'|'%'|'@') factor)+ -> expression | factor
factor: ('+'|'-'|'~') factor -> expression | invalid_factor | power
power: await_primary '**' factor -> expression | await_primary
await_primary: 'await' primary -> await-expression | primary
primary: atom trailer+ -> LAST | atom
trailer: '.' NAME -> attribute | genexp -> function-call | '(' [arguments] ')' -> function-call | '[' slices ']' -> subscript
slices: slice !',' | ','.(slice | starred_expression)+ [','] -> tuple
slice: [expression] ':' [expression] [':' [expression]] | named_expression
atom: NAME -> name | 'True' -> True | 'False' -> False | 'None' -> None | &(STRING|FSTRING_START|TSTRING_START) strings | NUMBER -> literal | &'(' (tuple | group | genexp) | &'[' (list | listcomp) | &'{' (dict | set | dictcomp | setcomp) | '...' -> ellipsis
group: '(' a=(yield_expr | named_expression) ')' = a | invalid_group
lambdef: 'lambda' [lambda_params] ':' expression -> lambda
strings: invalid_string_tstring_concat | a=(STRING | fstring)+ {STRINGS a} | tstring+ -> t-string-expression
fstring: FSTRING_START fstring_middle* FSTRING_END -> f-string-expression
tstring: TSTRING_START fstring_middle* TSTRING_END -> t-string-expression
fstring_middle: replacement_field | FSTRING_MIDDLE | TSTRING_MIDDLE
replacement_field: '{' annotated_rhs ['='] [conversion] [full_format_spec] '}' | invalid_replacement_field
conversion: a='!' b=NAME {CONVERSION a b}
full_format_spec: ':' format_spec*
format_spec: FSTRING_MIDDLE | TSTRING_MIDDLE | replacement_field
list: '[' [star_named_expressions] ']' -> list
tuple: '(' [star_named_expression ',' [star_named_expressions]] ')' -> tuple
set: '{' star_named_expressions '}' -> set-display
dict: '{' [double_starred_kvpairs] '}' -> dict-literal | '{' invalid_double_starred_kvpairs '}'
double_starred_kvpairs: ','.double_starred_kvpair+ [',']
double_starred_kvpair: '**' bitwise_or | kvpair
kvpair: expression ':' expression
for_if_clauses: for_if_clause+
for_if_clause: ['async'] 'for' star_targets 'in' ~ disjunction ('if' disjunction)* | invalid_for_if_clause | invalid_for_target
listcomp: '[' named_expression for_if_clauses ']' -> list-comprehension | invalid_comprehension
setcomp: '{' named_expression for_if_clauses '}' -> set-comprehension | invalid_comprehension
genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')' -> generator-expression | invalid_comprehension
dictcomp: '{' kvpair for_if_clauses '}' -> dict-comprehension | invalid_dict_comprehension
arguments: args [','] &')' | invalid_arguments
args: ','.(starred_expression | (assignment_expression | expression !':=') !'=')+ [',' kwargs] | kwargs
kwargs: ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+ | ','.kwarg_or_starred+ | ','.kwarg_or_double_starred+
starred_expression: invalid_starred_expression_unpacking | '*' expression -> starred | invalid_starred_expression
kwarg_or_starred: invalid_kwarg | NAME '=' expression -> KEYWORD | starred_expression
kwarg_or_double_starred: invalid_kwarg | NAME '=' expression -> KEYWORD | '**' expression -> UNPACKED
star_targets: star_target !',' | star_target (',' star_target)* [','] -> tuple
star_target: '*' !'*' star_target -> starred | target_with_star_atom
target_with_star_atom: <attribute,subscript>primary | star_atom
star_atom: NAME -> name | '(' target_with_star_atom ')' | '(' [star_target (',' star_target)* [',']] ')' -> tuple | '[' [star_target (',' star_target)* [',']] ']' -> list
single_target: single_subscript_attribute_target | NAME -> name | '(' single_target ')'
single_subscript_attribute_target: <attribute,subscript>primary
del_targets: ','.del_target+ [',']
del_target: <attribute,subscript>primary | NAME | '(' del_target ')' | '(' [del_targets] ')' | '[' [del_targets] ']'
"#;

/// What is wrong, and how to say it.
pub const INVALID: &str = r#"
invalid_arguments: ((','.(starred_expression | (assignment_expression | expression !':=') !'=')+ ',' kwargs) | kwargs) ',' b='*' expression {known b "iterable argument unpacking follows keyword argument unpacking"} | a=expression b=for_if_clauses ',' [args | expression for_if_clauses] {range a b "Generator expression must be parenthesized"} | a=NAME b='=' expression for_if_clauses {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"} | [args_without_kw_value ','] a=NAME b='=' &(','|')') {range a b "expected argument value expression"} | a=args b=for_if_clauses {GENEXP a b} | args ',' a=expression b=for_if_clauses {range a b "Generator expression must be parenthesized"} | a=args ',' args {ARGUMENTS a}
args_without_kw_value: args
invalid_kwarg: a=('True'|'False'|'None') b='=' {range a b "cannot assign to %t"} | a=NAME b='=' expression for_if_clauses {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"} | !(NAME '=') a=expression b='=' {range a b "expression cannot contain assignment, perhaps you meant \"==\"?"} | a='**' expression '=' b=expression {range a b "cannot assign to keyword argument unpacking"}
invalid_starred_expression_unpacking: a='*' expression '=' b=expression {range a b "cannot assign to iterable argument unpacking"}
invalid_starred_expression: '*' {last "Invalid star expression"}
invalid_legacy_expression: a=NAME !'(' b=star_expressions {LEGACY a b}
invalid_expression: STRING a=(!STRING expression_without_invalid)+ STRING {range a a "invalid syntax. Is this intended to be part of the string?"} | !(NAME STRING | SOFT_KEYWORD) a=disjunction b=expression_without_invalid {COMMA a b} | a=disjunction 'if' b=disjunction !('else'|':') {range a b "expected 'else' after 'if' expression"} | a=disjunction 'if' disjunction 'else' !expression {next "expected expression after 'else', but statement is given"} | a=(pass_stmt|break_stmt|continue_stmt) 'if' disjunction 'else' simple_stmt {known a "expected expression before 'if', but statement is given"} | a='lambda' [lambda_params] b=':' &FSTRING_MIDDLE {range a b "f-string: lambda expressions are not allowed without parentheses"} | a='lambda' [lambda_params] b=':' &TSTRING_MIDDLE {range a b "t-string: lambda expressions are not allowed without parentheses"}
invalid_named_expression: a=expression ':=' expression {known a "cannot use assignment expressions with %s"} | a=NAME '=' b=bitwise_or !('='|':=') {range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"} | !(list|tuple|genexp|'True'|'None'|'False') a=bitwise_or '=' bitwise_or !('='|':=') {known a "cannot assign to %s here. Maybe you meant '==' instead of '='?"}
invalid_assignment: a=invalid_ann_assign_target ':' expression {known a "only single target (not %s) can be annotated"} | a=star_named_expression ',' [star_named_expressions] ':' expression {known a "only single target (not tuple) can be annotated"} | a=expression ':' expression {known a "illegal target for annotation"} | (star_targets '=')* a=star_expressions '=' {target assign a} | (star_targets '=')* a=yield_expr '=' {known a "assignment to yield expression not possible"} | a=star_expressions augassign annotated_rhs {known a "'%s' is an illegal expression for augmented assignment"}
invalid_ann_assign_target: list | tuple | '(' a=invalid_ann_assign_target ')' = a
invalid_del_stmt: 'del' a=star_expressions {target delete a}
invalid_assert_stmt: 'assert' a=expression '=' b=expression {range a b "cannot assign to %s here. Maybe you meant '==' instead of '='?"} | 'assert' expression ',' a=expression '=' b=expression {range a b "cannot assign to %s here. Maybe you meant '==' instead of '='?"} | 'assert' a=expression ':=' b=expression {range a b "cannot use named expression without parentheses here"} | 'assert' expression ',' a=expression ':=' b=expression {range a b "cannot use named expression without parentheses here"}
invalid_block: NEWLINE !INDENT {indent "expected an indented block"}
invalid_comprehension: ('['|'('|'{') a=starred_expression for_if_clauses {known a "iterable unpacking cannot be used in comprehension"} | ('['|'{') a=star_named_expression ',' b=star_named_expressions for_if_clauses {range a b "did you forget parentheses around the comprehension target?"} | ('['|'{') a=star_named_expression b=',' for_if_clauses {range a b "did you forget parentheses around the comprehension target?"}
invalid_dict_comprehension: '{' a='**' bitwise_or for_if_clauses '}' {known a "dict unpacking cannot be used in dict comprehension"}
invalid_group: '(' a=starred_expression ')' {known a "cannot use starred expression here"} | '(' a='**' expression ')' {known a "cannot use double starred expression here"}
invalid_import: a='import' ','.dotted_name+ 'from' dotted_name {from a "Did you mean to use 'from ... import ...' instead?"} | 'import' a=NEWLINE {from a "Expected one or more names after 'import'"}
invalid_dotted_as_name: dotted_name 'as' !(NAME (','|')'|';'|NEWLINE)) a=expression {known a "cannot use %s as import target"}
invalid_import_from_as_name: NAME 'as' !(NAME (','|')'|';'|NEWLINE)) a=expression {known a "cannot use %s as import target"}
invalid_import_from_targets: import_from_as_names ',' NEWLINE {last "trailing comma not allowed without surrounding parentheses"} | a=NEWLINE {from a "Expected one or more names after 'import'"}
invalid_for_if_clause: ['async'] 'for' bitwise_or (',' bitwise_or)* [','] !'in' {last "'in' expected after for-loop variables"}
invalid_for_target: ['async'] 'for' a=star_expressions {target for a}
invalid_with_item: expression 'as' a=expression &(','|')'|':') {target assign a}
invalid_with_stmt: ['async'] 'with' ','.(expression ['as' star_target])+ NEWLINE {last "expected ':'"} | ['async'] 'with' '(' ','.(expressions ['as' star_target])+ [','] ')' NEWLINE {last "expected ':'"}
invalid_with_stmt_indent: ['async'] a='with' ','.(expression ['as' star_target])+ ':' NEWLINE !INDENT {indent a "expected an indented block after 'with' statement on line %l"} | ['async'] a='with' '(' ','.(expressions ['as' star_target])+ [','] ')' ':' NEWLINE !INDENT {indent a "expected an indented block after 'with' statement on line %l"}
invalid_try_stmt: a='try' ':' NEWLINE !INDENT {indent a "expected an indented block after 'try' statement on line %l"} | 'try' ':' block !('except'|'finally') {last "expected 'except' or 'finally' block"} | 'try' ':' block* except_block+ a='except' b='*' expression ['as' NAME] ':' {range a b "cannot have both 'except' and 'except*' on the same 'try'"} | 'try' ':' block* except_star_block+ a='except' [expression ['as' NAME]] ':' {known a "cannot have both 'except' and 'except*' on the same 'try'"}
invalid_except_stmt: 'except' ['*'] a=expression ',' expressions 'as' NAME ':' {from a "multiple exception types must be parenthesized when using 'as'"} | 'except' ['*'] expression ['as' NAME] NEWLINE {last "expected ':'"} | 'except' NEWLINE {last "expected ':'"} | 'except' '*' (NEWLINE|':') {last "expected one or more exception types"} | 'except' expression 'as' a=expression ':' block {known a "cannot use except statement with %s"}
invalid_except_star_stmt: 'except' '*' expression 'as' a=expression ':' block {known a "cannot use except* statement with %s"}
invalid_finally_stmt: a='finally' ':' NEWLINE !INDENT {indent a "expected an indented block after 'finally' statement on line %l"}
invalid_except_stmt_indent: a='except' expression ['as' NAME] ':' NEWLINE !INDENT {indent a "expected an indented block after 'except' statement on line %l"} | a='except' ':' NEWLINE !INDENT {indent a "expected an indented block after 'except' statement on line %l"}
invalid_except_star_stmt_indent: a='except' '*' expression ['as' NAME] ':' NEWLINE !INDENT {indent a "expected an indented block after 'except*' statement on line %l"}
invalid_match_stmt: "match" subject_expr NEWLINE {last "expected ':'"} | a="match" subject_expr ':' NEWLINE !INDENT {indent a "expected an indented block after 'match' statement on line %l"}
invalid_case_block: "case" patterns [guard] NEWLINE {last "expected ':'"} | a="case" patterns [guard] ':' NEWLINE !INDENT {indent a "expected an indented block after 'case' statement on line %l"}
invalid_as_pattern: or_pattern 'as' a="_" {known a "cannot use '_' as a target"} | or_pattern 'as' a=expression {known a "cannot use %s as pattern target"}
invalid_class_pattern: name_or_attr '(' [positional_patterns ','] keyword_patterns ',' a=positional_patterns {range a a "positional patterns follow keyword patterns"}
invalid_if_stmt: 'if' named_expression NEWLINE {last "expected ':'"} | a='if' named_expression ':' NEWLINE !INDENT {indent a "expected an indented block after 'if' statement on line %l"}
invalid_elif_stmt: 'elif' named_expression NEWLINE {last "expected ':'"} | a='elif' named_expression ':' NEWLINE !INDENT {indent a "expected an indented block after 'elif' statement on line %l"}
invalid_else_stmt: a='else' ':' NEWLINE !INDENT {indent a "expected an indented block after 'else' statement on line %l"} | 'else' ':' block a='elif' {known a "'elif' block follows an 'else' block"}
invalid_while_stmt: 'while' named_expression NEWLINE {last "expected ':'"} | a='while' named_expression ':' NEWLINE !INDENT {indent a "expected an indented block after 'while' statement on line %l"}
invalid_for_stmt: ['async'] 'for' star_targets 'in' star_expressions NEWLINE {last "expected ':'"} | ['async'] a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT {indent a "expected an indented block after 'for' statement on line %l"}
invalid_def_raw: ['async'] a='def' NAME [type_params] '(' [params] ')' ['->' expression] ':' NEWLINE !INDENT {indent a "expected an indented block after function definition on line %l"} | ['async'] 'def' NAME [type_params] &&'(' [params] ')' ['->' expression] &&':' block
invalid_class_def_raw: 'class' NAME [type_params] ['(' [arguments] ')'] NEWLINE {last "expected ':'"} | a='class' NAME [type_params] ['(' [arguments] ')'] ':' NEWLINE !INDENT {indent a "expected an indented block after class definition on line %l"}
invalid_double_starred_kvpairs: ','.double_starred_kvpair+ ',' invalid_kvpair | expression ':' a='*' bitwise_or {from a "cannot use a starred expression in a dictionary value"} | expression ':' a='**' bitwise_or {from a "cannot use dict unpacking in a dictionary value"} | expression a=':' &('}'|',') {known a "expression expected after dictionary key and ':'"}
invalid_kvpair: a=expression !':' {KEY a} | expression ':' a='*' bitwise_or {from a "cannot use a starred expression in a dictionary value"} | expression ':' a='**' bitwise_or {from a "cannot use dict unpacking in a dictionary value"} | expression a=':' &('}'|',') {known a "expression expected after dictionary key and ':'"}
invalid_type_params: '[' a=']' {from a "Type parameter list cannot be empty"}
invalid_type_param: '*' NAME a=':' b=expression {BOUND a b "TypeVarTuple"} | '**' NAME a=':' b=expression {BOUND a b "ParamSpec"}
invalid_sum: term (('+'|'-') term)* ('+'|'-') a='not' b=inversion {range a b "'not' after an operator must be parenthesized"}
invalid_term: factor (('*'|'/'|'//'|'%'|'@') factor)* ('*'|'/'|'//'|'%'|'@') a='not' b=inversion {range a b "'not' after an operator must be parenthesized"}
invalid_factor: ('+'|'-'|'~') a='not' b=factor {range a b "'not' after an operator must be parenthesized"}
invalid_string_tstring_concat: a=(fstring | STRING)+ b=tstring+ {range a b "cannot mix t-string literals with string or bytes literals"} | a=tstring+ b=(fstring | STRING)+ {range a b "cannot mix t-string literals with string or bytes literals"}
invalid_replacement_field: '{' a='=' {known a "%f: valid expression required before '='"} | '{' a='!' {known a "%f: valid expression required before '!'"} | '{' a=':' {known a "%f: valid expression required before ':'"} | '{' a='}' {known a "%f: valid expression required before '}'"} | '{' !annotated_rhs {next "%f: expecting a valid expression after '{'"} | '{' annotated_rhs !('='|'!'|':'|'}') {next "%f: expecting '=', or '!', or ':', or '}'"} | '{' annotated_rhs '=' !('!'|':'|'}') {next "%f: expecting '!', or ':', or '}'"} | '{' annotated_rhs ['='] invalid_conversion_character | '{' annotated_rhs ['='] ['!' NAME] !(':'|'}') {next "%f: expecting ':' or '}'"} | '{' annotated_rhs ['='] ['!' NAME] ':' format_spec* !'}' {next "%f: expecting '}', or format specs"} | '{' annotated_rhs ['='] ['!' NAME] !'}' {next "%f: expecting '}'"}
invalid_conversion_character: '!' &(':'|'}') {next "%f: missing conversion character"} | '!' !NAME {next "%f: invalid conversion character"}
"#;

/// Parameters, once for `def` and once for `lambda`: `@` is the prefix of the rule names, `$` what ends the list.
pub const PARAMETERS: &str = r#"
@params: invalid_@parameters | @parameters
@parameters: @slash_no_default @param_no_default* @param_with_default* [@star_etc] | @slash_with_default @param_with_default* [@star_etc] | @param_no_default+ @param_with_default* [@star_etc] | @param_with_default+ [@star_etc] | @star_etc
@slash_no_default: @param_no_default+ '/' ',' | @param_no_default+ '/' &$
@slash_with_default: @param_no_default* @param_with_default+ '/' ',' | @param_no_default* @param_with_default+ '/' &$
@star_etc: invalid_@star_etc | '*' @star_param @param_maybe_default* [@kwds] | '*' ',' @param_maybe_default+ [@kwds] | @kwds
@kwds: invalid_@kwds | '**' @param_no_default
@param_no_default: @param ',' | @param &$
@param_with_default: @param @default ',' | @param @default &$
@param_maybe_default: @param [@default] ',' | @param [@default] &$
@default: '=' expression | invalid_@default
invalid_@default: a='=' &($|',') {known a "expected default value expression"}
invalid_@parameters: a='/' ',' {known a "at least one argument must precede /"} | (@slash_no_default | @slash_with_default) @param_maybe_default* a='/' {known a "/ may appear only once"} | [@slash_no_default] @param_no_default* (@slash_with_default | @param_with_default+) a=@bare_param {known a "parameter without a default follows parameter with a default"} | @param_no_default* a='(' @param_group+ [','] b=')' {range a b "%p parameters cannot be parenthesized"} | [@slash_no_default | @slash_with_default] @param_maybe_default* '*' (',' | @param_no_default) @param_maybe_default* a='/' {known a "/ must be ahead of *"} | @param_maybe_default+ '/' a='*' {known a "expected comma between / and *"}
@bare_param: a=@param (',' | &$) = a
invalid_@star_etc: a='*' ($ | ',' ($ | '**')) {known a "named arguments must follow bare *"} | '*' @param a='=' {known a "var-positional argument cannot have default value"} | '*' (@param_no_default | ',') @param_maybe_default* a='*' (@param_no_default | ',') {known a "* argument may appear only once"}
invalid_@kwds: '**' @param a='=' {known a "var-keyword argument cannot have default value"} | '**' @param ',' a=@param {known a "arguments cannot follow var-keyword argument"} | '**' @param ',' a=('*'|'**'|'/') {known a "arguments cannot follow var-keyword argument"}
"#;

/// What differs for `def`.
pub const FUNCTION_PARAMETERS: &str = r#"
param: NAME [':' expression]
star_param: param_no_default | NAME ':' star_expression (',' | &')')
param_group: param_no_default
"#;
/// What differs for `lambda`.
pub const LAMBDA_PARAMETERS: &str = r#"
lambda_param: NAME
lambda_star_param: lambda_param_no_default
lambda_param_group: NAME [',']
"#;
