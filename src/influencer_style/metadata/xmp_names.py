"""XMP's names: the namespaces of properties that are kept or dropped, and the prefixes that are written."""

from __future__ import annotations

from xml.etree import ElementTree

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DC = "{http://purl.org/dc/elements/1.1/}"
DC_TERMS = "{http://purl.org/dc/terms/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
XMP_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
XMP_MEDIA = "{http://ns.adobe.com/xap/1.0/mm/}"
XMP_IMAGE = "{http://ns.adobe.com/xap/1.0/g/img/}"
XMP_NOTE = "{http://ns.adobe.com/xmp/note/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
CAMERA_RAW = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
GAIN_MAP = "{http://ns.adobe.com/hdr-gain-map/1.0/}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
IPTC_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
IPTC_EXTENSION = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
CREATIVE_COMMONS = "{http://creativecommons.org/ns#}"
GOOGLE = "{http://ns.google.com/photos/1.0/"  # the beginning of all of theirs
APPLE_GAIN_MAP = "{http://ns.apple.com/HDRGainMap/1.0/}"
APPLE_PIXEL_DATA = "{http://ns.apple.com/pixeldatainfo/1.0/}"
OURS = "{urn:influencer_style}"

# The usual prefixes, which some programs rely on; the library would number them.
for _prefix, _namespace in {
    **{"dc": DC, "dcterms": DC_TERMS, "xmp": XMP, "xmpRights": XMP_RIGHTS, "photoshop": PHOTOSHOP, "tiff": TIFF},
    **{"exif": EXIF, "Iptc4xmpCore": IPTC_CORE, "Iptc4xmpExt": IPTC_EXTENSION, "plus": PLUS, "cc": CREATIVE_COMMONS},
}.items():
    ElementTree.register_namespace(_prefix, _namespace[1:-1])
