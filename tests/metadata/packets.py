"""XMP packets, and photos that carry them."""

from __future__ import annotations

import io

from PIL import Image, PngImagePlugin

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "influencer_style": "urn:influencer_style",
}
CREDITS = """
<dc:creator><rdf:Seq><rdf:li>Åsa &amp; Sons</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">(c) A</rdf:li>
<rdf:li xml:lang="de">(c) A, alle</rdf:li></rdf:Alt></dc:rights>
<xmpRights:WebStatement>https://example.org/terms</xmpRights:WebStatement>"""
PRIVATE = """
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Anna at home</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>kitchen</rdf:li></rdf:Bag></dc:subject>
<exif:GPSLatitude>48,8N</exif:GPSLatitude>"""
NEVER = """
<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:image>SECRET</xmpGImg:image></rdf:li></rdf:Alt>
</xmp:Thumbnails>
<xmpMM:History><rdf:Seq><rdf:li>SECRET</rdf:li></rdf:Seq></xmpMM:History>
<crs:Exposure2012>SECRET</crs:Exposure2012><xmpNote:HasExtendedXMP>SECRET</xmpNote:HasExtendedXMP>
<Iptc4xmpExt:DigitalSourceType>SECRET</Iptc4xmpExt:DigitalSourceType>
<influencer_style:record>SECRET</influencer_style:record><tiff:Orientation>6</tiff:Orientation>"""


def packet(properties: str, attributes: str = "") -> bytes:
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {names} {attributes}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>\n'
        f'{" " * 200}<?xpacket end="w"?>'
    ).encode()


WHOLE = packet(CREDITS + PRIVATE + NEVER, 'photoshop:Credit="Agency &quot;A&quot;" xmp:Rating="5"')


def photo_with(xmp: bytes, kind: str, picture: Image.Image | None = None) -> bytes:
    picture = picture or Image.linear_gradient("L").convert("RGB").resize((96, 80))
    buffer, options = io.BytesIO(), {"xmp": xmp}
    if kind == "PNG":
        options = {"pnginfo": PngImagePlugin.PngInfo()}
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp)
    if kind == "TIFF":
        options = {"tiffinfo": {700: xmp}}
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
