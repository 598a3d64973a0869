# Documents in XML: trees, events, piece by piece, declarations, namespaces, errors.
import io
import plistlib
import threading
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
from xml.parsers import expat

TEXT = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE shop [
<!ELEMENT shop (item*, note?)>
<!ELEMENT item (#PCDATA)>
<!ATTLIST item kind (fruit|other) "other" id ID #REQUIRED>
<!ENTITY who "the <b>owner</b>">
<!NOTATION gif PUBLIC "-//gif//" "viewer">
]>
<!-- goods -->
<shop xmlns:x="urn:x"><?order now?>
  <item id=" a1 " kind="fruit" x:price='1&lt;2'>apples &amp; p&#xe4;rs</item>
  <item id="b2"><![CDATA[<raw> & ]]></item>
  <note>by &who;</note>
</shop>
"""
root = ET.fromstring(TEXT)
print([(e.tag, sorted(e.attrib.items()), e.text) for e in root.iter()])
print(ET.tostring(root, encoding="unicode").splitlines()[0], root.find("item[@id='b2']").text)
d = xml.dom.minidom.parseString("<a><b c='1'/>text<!--n--></a>")
print(d.documentElement.toxml(), d.getElementsByTagName("b")[0].getAttribute("c"))
print(d.toprettyxml(indent=" ").splitlines())


class Handler(xml.sax.ContentHandler):
    def __init__(self):
        self.out = []

    def startElement(self, name, attrs):
        self.out.append(("start", name, dict(attrs)))

    def endElement(self, name):
        self.out.append(("end", name))

    def characters(self, text):
        if text.strip():
            self.out.append(text)


h = Handler()
xml.sax.parseString(TEXT.encode(), h)
print(h.out)


def events(document, size, **kw):
    out = []
    p = expat.ParserCreate(**kw)
    p.buffer_text = True
    for name in dir(p):
        if name.endswith("Handler") and not name.startswith("Default"):
            setattr(p, name, lambda *a, n=name: out.append((n.removesuffix("Handler"), *a)) or 1)
    data = document.encode()
    for i in range(0, len(data), size):
        p.Parse(data[i : i + size])
    p.Parse(b"", True)
    return out


# However it is cut, the parts are the same.
whole = events(TEXT, 10000)
for e in whole:
    print(e)
joined = lambda out: [e for e in out if e[0] != "CharacterData"]
print([joined(events(TEXT, n)) == joined(whole) for n in (1, 2, 3, 7, 50)])
print(events("<a xmlns='u' xmlns:p='v'><p:b p:c='1' d='2'/></a>", 9, namespace_separator=" "))

for wrong in (
    "",
    "<a>",
    "<a></b>",
    "<a b='1' b='2'/>",
    "<a b=1/>",
    "<a>&nothing;</a>",
    "<a>]]></a>",
    "<a/><b/>",
    "text",
    "<a>&#0;</a>",
    "<a><!-- -- --></a>",
    "<a \n",
    "<p:a/>",
    "\n<?xml version='1.0'?><a/>",
    "<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>",
    "<!DOCTYPE a [<!ENTITY e '<x>'>]><a>&e;</a>",
    "<a>\x01</a>",
    "<?xml version='1.0' encoding='nowhere'?><a/>",
):
    try:
        print(events(wrong, 1000, namespace_separator=" "))
    except expat.ExpatError as e:
        print(repr(wrong), e, e.code == expat.errors.codes[expat.ErrorString(e.code)], e.lineno)
    except LookupError as e:
        print(repr(wrong), e)
bomb = "<!DOCTYPE a [<!ENTITY e0 'ha'>"
for i in range(30):
    bomb += f"<!ENTITY e{i + 1} '&e{i};&e{i};'>"
try:
    ET.fromstring(bomb + "]><a>&e30;</a>")
except ET.ParseError as e:
    print(str(e).split(":")[0])
for encoding in ("utf-8", "utf-16", "iso-8859-1", "cp1252"):
    data = f"<?xml version='1.0' encoding='{encoding}'?><a>ü</a>".encode(encoding)
    print(ET.fromstring(data).text, end=" ")
print()
value = {"list": [1, 2.5, True, b"bytes"], "text": "a<b"}
print(plistlib.loads(plistlib.dumps(value)) == value)
results = []


def parse_all(k):
    for i in range(20):
        results.append(len(ET.fromstring("<r>" + f"<x a='{k}'>{i}</x>" * i + "</r>")))


threads = [threading.Thread(target=parse_all, args=(k,)) for k in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(results), sum(results))
p = expat.ParserCreate()
p.StartElementHandler = lambda *a: p.Parse(b"<b/>")
try:
    p.Parse(b"<a/>")
except RuntimeError as e:
    print(e)
print([e[1].tag for e in ET.iterparse(io.BytesIO(b"<a><b/><c/></a>"))])
