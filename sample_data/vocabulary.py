"""The words of the sample shop: what it sells, who makes it, in which colours. All brands are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """level multiplies prices; style decides which subcategories the brand makes."""

    name: str
    level: float
    style: str


@dataclass(frozen=True)
class Sub:
    """A subcategory.

    noun ends the title. price is the middle of the range for a brand of level 1. slot: what it is worn as, so that
    a basket becomes an outfit. occasions: when it is worn. fits: the words before the noun; "word=Material" fixes
    the material. details fill the first sentence of a description. picture: "shape option option ..." for pictures.py.
    """

    category: str
    name: str
    noun: str
    price: float
    slot: str
    styles: str
    genders: str
    season: str
    occasions: str
    materials: tuple[str, ...]
    fits: tuple[str, ...]
    details: tuple[str, ...]
    palette: str
    picture: str


BRANDS = (
    Brand("Nordlicht", 1.1, "classic"), Brand("Halden & Rowe", 1.9, "classic"), Brand("Oakhem", 0.8, "classic"),
    Brand("Kestrel Lane", 1.3, "classic"), Brand("Grauwald", 1.5, "classic"),
    Brand("Concrete Tide", 1.0, "street"), Brand("Blokk 9", 0.8, "street"), Brand("Neon Alley", 0.7, "street"),
    Brand("Umbrava", 1.4, "street"),
    Brand("Stridewell", 1.3, "sport"), Brand("Pulsedrift", 0.9, "sport"), Brand("Velonza", 1.6, "sport"),
    Brand("Kilorun", 0.7, "sport"),
    Brand("Marivelle", 1.5, "elegant"), Brand("Corvessa", 2.2, "elegant"), Brand("Rosaleigh", 0.9, "elegant"),
    Brand("Lumenara", 1.2, "elegant"),
    Brand("Fjordwick", 1.6, "outdoor"), Brand("Trailbeck", 1.1, "outdoor"), Brand("Pinewick", 0.8, "outdoor"),
    Brand("Plain Supply", 0.5, "basic"), Brand("Daymoor", 0.7, "basic"), Brand("Haverlin", 1.0, "basic"),
    Brand("Solmarine", 1.0, "beach"), Brand("Ostara Bay", 1.4, "beach"),
    Brand("Sable & Finch", 1.7, "leather"), Brand("Tannerholt", 1.0, "leather"),
    Brand("Orrin Vale", 1.6, "jewel"), Brand("Little Comet", 0.8, "jewel"),
)

COLOURS = {
    "Black": (43, 43, 48), "White": (250, 250, 250), "Grey": (158, 162, 168), "Charcoal": (84, 88, 96),
    "Navy": (38, 52, 94), "Blue": (58, 110, 190), "Light Blue": (150, 194, 232), "Teal": (38, 136, 138),
    "Olive": (116, 120, 66), "Green": (54, 134, 86), "Mint": (166, 216, 190), "Red": (206, 52, 56),
    "Burgundy": (122, 32, 54), "Pink": (238, 156, 180), "Lilac": (184, 160, 214), "Mustard": (216, 166, 50),
    "Orange": (234, 126, 52), "Beige": (214, 192, 160), "Cream": (244, 234, 208), "Brown": (112, 74, 50),
    "Cognac": (170, 98, 50), "Silver": (192, 196, 204), "Gold": (218, 178, 84),
}
PALETTES = {
    "calm": "Black White Grey Charcoal Navy Olive Beige Brown Burgundy",
    "bright": "Black White Grey Navy Blue Light_Blue Teal Green Mint Red Pink Lilac Mustard Orange Cream",
    "denim": "Blue Light_Blue Navy Black Grey",
    "leather": "Black Brown Cognac Beige Burgundy Navy",
    "sport": "Black White Grey Blue Teal Green Red Orange Pink Lilac",
    "metal": "Silver Gold Black Brown",
    "trinket": "Silver Gold",
}
# What the second listing of a product may call the same colour.
SAME_COLOUR = {"Navy": "Dark Blue", "Charcoal": "Dark Grey", "Burgundy": "Wine Red", "Cream": "Off-White",
               "Cognac": "Tan", "Mint": "Pale Green", "Grey": "Gray"}
ABBREVIATIONS = {"Jacket": "Jkt", "Shirt": "Shrt", "Running": "Run.", "Sneakers": "Snkrs", "Sweater": "Swtr",
                 "Trousers": "Trs", "Black": "Blk", "White": "Wht", "Long-Sleeve": "LS", "Short-Sleeve": "SS",
                 "Leather": "Lthr", "Classic": "Clsc", "Dress": "Drs", "Socks": "Scks", "Backpack": "Bckpck",
                 "Cotton": "Ctn", "Light": "Lt.", "Handbag": "Hndbg", "Boots": "Bts", "Slim": "Slm", "T-Shirt": "Tee"}

NAMES = ("Arlo", "Fenna", "Juno", "Milo", "Tessa", "Bram", "Linnea", "Otis", "Runa", "Silas", "Vera", "Anton", "Ida",
         "Jonas", "Mika", "Nora", "Pelle", "Sanna", "Theo", "Wilma", "Edda", "Kaspar", "Lotta", "Emil", "Maren", "Finn")

BOTH, HERS, HIS = "Women Men", "Women", "Men"
ALL, SUMMER, WINTER = "All year", "Spring/Summer", "Autumn/Winter"
SUBS = (
    Sub("Tops", "T-Shirts", "T-Shirt", 19, "top", "basic street outdoor beach", BOTH, ALL, "everyday festival",
        ("Cotton", "Organic Cotton", "Cotton Blend"),
        ("Crew-Neck", "V-Neck", "Striped", "Boxy", "Slim", "Pocket", "Heavyweight"),
        ("a soft handle and flat seams", "a ribbed neckline that keeps its shape", "a slightly longer back"),
        "bright", "top short crew"),
    Sub("Tops", "Polo Shirts", "Polo Shirt", 32, "top", "classic basic", HIS, SUMMER, "office everyday",
        ("Cotton", "Cotton Blend", "Organic Cotton"), ("Classic", "Slim", "Piqué", "Striped", "Long-Sleeve"),
        ("a two-button placket", "ribbed cuffs", "side vents at the hem"), "bright", "top short polo"),
    Sub("Tops", "Shirts", "Shirt", 45, "top", "classic elegant", HIS, ALL, "office evening",
        ("Cotton", "Linen", "Cotton Blend"), ("Oxford", "Poplin", "Checked", "Slim", "Linen=Linen", "Striped", "Denim"),
        ("mother-of-pearl style buttons", "a button-down collar", "a back yoke with a box pleat"), "calm",
        "top long shirt"),
    Sub("Tops", "Blouses", "Blouse", 42, "top", "elegant classic", HERS, ALL, "office evening",
        ("Viscose", "Silk", "Cotton", "Polyester"), ("Pleated", "Silk=Silk", "Ruffled", "Wrap", "Dotted", "Tie-Neck"),
        ("gathered cuffs", "a softly draped neckline", "covered buttons"), "bright", "top long blouse"),
    Sub("Tops", "Tank Tops", "Tank Top", 15, "top", "basic beach street", HERS, SUMMER, "everyday festival beach",
        ("Cotton", "Modal", "Cotton Blend"), ("Ribbed", "Striped", "Relaxed", "Cropped", "Slim"),
        ("slim straps", "a scooped back", "a fine rib"), "bright", "top none tank"),
    Sub("Knitwear", "Sweaters", "Sweater", 59, "layer", "classic basic elegant outdoor", BOTH, WINTER,
        "office winter everyday", ("Lambswool", "Cotton", "Wool Blend", "Merino Wool"),
        ("Crew-Neck", "Roll-Neck", "Cable-Knit", "Merino=Merino Wool", "Cashmere=Cashmere", "Striped"),
        ("ribbed cuffs and hem", "a fine-gauge knit", "a chunky texture"), "calm", "top long sweater"),
    Sub("Knitwear", "Cardigans", "Cardigan", 62, "layer", "classic elegant", HERS, WINTER, "office winter everyday",
        ("Lambswool", "Wool Blend", "Cotton"), ("Long", "Chunky", "V-Neck", "Cropped", "Cashmere=Cashmere"),
        ("horn-effect buttons", "two patch pockets", "dropped shoulders"), "calm", "top long cardigan"),
    Sub("Knitwear", "Hoodies", "Hoodie", 48, "layer", "street basic sport outdoor", BOTH, ALL,
        "everyday festival sport", ("Cotton Blend", "Organic Cotton", "Cotton Fleece"),
        ("Zip", "Oversized", "Logo", "Heavyweight", "Relaxed"),
        ("a lined hood and a kangaroo pocket", "a brushed inside", "a flat drawcord"), "bright", "top long hoodie"),
    Sub("Trousers", "Chinos", "Chinos", 55, "bottom", "classic basic", HIS, ALL, "office everyday",
        ("Cotton Twill", "Stretch Cotton"), ("Slim", "Regular", "Tapered", "Pleated", "Relaxed"),
        ("welt pockets at the back", "a hint of stretch", "a clean, pressed crease"), "calm", "trousers long"),
    Sub("Trousers", "Jeans", "Jeans", 65, "bottom", "street basic classic", BOTH, ALL, "everyday festival",
        ("Denim", "Stretch Denim"), ("Slim", "Straight", "Wide-Leg", "Skinny", "Bootcut", "High-Rise", "Tapered"),
        ("the classic five pockets", "a worn-in wash", "contrast stitching"), "denim", "trousers jeans"),
    Sub("Trousers", "Tailored Trousers", "Trousers", 72, "bottom", "elegant classic", HERS, ALL, "office evening",
        ("Wool Blend", "Viscose", "Crêpe"), ("Wide-Leg", "Cigarette", "Pleated", "High-Waist", "Cropped"),
        ("pressed creases", "a concealed zip", "a wide waistband"), "calm", "trousers wide"),
    Sub("Trousers", "Shorts", "Shorts", 34, "bottom", "basic street outdoor beach", BOTH, SUMMER,
        "everyday beach festival", ("Cotton Twill", "Linen", "Cotton Blend"),
        ("Cargo", "Chino", "Linen=Linen", "Relaxed", "Denim=Denim"),
        ("deep side pockets", "turned-up hems", "an elastic waist with a drawcord"), "calm", "trousers short"),
    Sub("Dresses & Skirts", "Summer Dresses", "Summer Dress", 58, "bottom", "beach elegant", HERS, SUMMER,
        "beach festival everyday", ("Viscose", "Cotton", "Linen"),
        ("Floral", "Wrap", "Tiered", "Striped", "Dotted", "Linen=Linen"),
        ("adjustable straps", "a swinging skirt", "a smocked back"), "bright", "dress summer"),
    Sub("Dresses & Skirts", "Evening Dresses", "Evening Dress", 129, "bottom", "elegant", HERS, ALL, "evening",
        ("Satin", "Silk", "Velvet", "Crêpe"), ("Slip", "Velvet=Velvet", "One-Shoulder", "Draped", "Lace"),
        ("a fitted bodice", "a floor-length skirt", "a thigh-high slit"), "bright", "dress evening"),
    Sub("Dresses & Skirts", "Skirts", "Skirt", 46, "bottom", "elegant classic street", HERS, ALL,
        "office everyday evening", ("Viscose", "Denim", "Wool Blend", "Satin"),
        ("Pleated", "Pencil", "A-Line", "Midi", "Denim=Denim", "Wrap"),
        ("a concealed side zip", "a high waist", "a soft lining"), "bright", "skirt"),
    Sub("Jackets & Coats", "Blazers", "Blazer", 119, "outer", "classic elegant", BOTH, ALL, "office evening",
        ("Wool", "Wool Blend", "Linen"), ("Slim", "Double-Breasted", "Relaxed", "Checked", "Linen=Linen"),
        ("notch lapels", "a half lining", "softly padded shoulders"), "calm", "coat blazer"),
    Sub("Jackets & Coats", "Wool Coats", "Wool Coat", 179, "outer", "classic elegant", BOTH, WINTER, "winter office",
        ("Wool", "Wool Blend", "Cashmere Blend"), ("Long", "Belted", "Double-Breasted", "Short", "Checked"),
        ("wide lapels", "a full lining", "deep hand-warmer pockets"), "calm", "coat long"),
    Sub("Jackets & Coats", "Down Jackets", "Down Jacket", 149, "outer", "outdoor street sport", BOTH, WINTER,
        "winter hiking", ("Recycled Polyamide", "Polyamide"), ("Light", "Hooded", "Quilted", "Cropped", "Expedition"),
        ("a water-repellent shell", "a storm collar", "packs into its own pocket"), "bright", "coat down"),
    Sub("Jackets & Coats", "Rain Jackets", "Rain Jacket", 99, "outer", "outdoor sport", BOTH, ALL, "hiking winter",
        ("Recycled Polyester", "Polyamide"), ("Hooded", "Packable", "3-Layer", "Light", "Long"),
        ("taped seams", "an adjustable hood", "pit zips for ventilation"), "bright", "coat rain"),
    Sub("Jackets & Coats", "Denim Jackets", "Denim Jacket", 75, "outer", "street basic", BOTH, SUMMER,
        "everyday festival", ("Denim", "Stretch Denim"), ("Classic", "Oversized", "Cropped", "Sherpa-Lined"),
        ("buttoned chest pockets", "adjustable side tabs", "copper-tone buttons"), "denim", "coat denim"),
    Sub("Shoes", "Sneakers", "Sneakers", 79, "feet", "street basic sport", BOTH, ALL, "everyday festival",
        ("Leather", "Suede", "Canvas", "Vegan Leather"),
        ("Low", "Retro", "Court", "Canvas=Canvas", "Platform", "Classic"),
        ("a cushioned insole", "a padded collar", "a grippy rubber sole"), "bright", "shoe sneaker"),
    Sub("Shoes", "Running Shoes", "Running Shoes", 109, "feet", "sport outdoor", BOTH, ALL, "sport",
        ("Mesh", "Recycled Mesh"), ("Pace", "Cushion", "Trail", "Tempo", "Marathon", "Light"),
        ("a responsive foam midsole", "a breathable upper", "a reflective heel"), "sport", "shoe running"),
    Sub("Shoes", "Dress Shoes", "Dress Shoes", 135, "feet", "leather classic", HIS, ALL, "office evening",
        ("Leather", "Suede"), ("Oxford", "Derby", "Brogue", "Monk-Strap", "Loafer"),
        ("a stitched sole", "a leather lining", "a polished toe cap"), "leather", "shoe dress"),
    Sub("Shoes", "Boots", "Boots", 129, "feet", "leather outdoor classic", BOTH, WINTER, "winter hiking",
        ("Leather", "Suede", "Waxed Leather"), ("Chelsea", "Lace-Up", "Hiking", "Ankle", "Lined"),
        ("a lugged sole", "a warm lining", "elastic side panels"), "leather", "shoe boot"),
    Sub("Shoes", "Sandals", "Sandals", 49, "feet", "beach leather outdoor", BOTH, SUMMER, "beach festival",
        ("Leather", "Cork", "Synthetic"), ("Strappy", "Slide", "Cross-Strap", "Buckle", "Trekking"),
        ("a moulded footbed", "an adjustable strap", "a light, flexible sole"), "leather", "shoe sandal"),
    Sub("Shoes", "Heels", "Heels", 95, "feet", "elegant leather", HERS, ALL, "evening office",
        ("Leather", "Suede", "Satin"), ("Pointed", "Block", "Slingback", "Strappy", "Kitten"),
        ("a padded insole", "a slim ankle strap", "a stable 7 cm heel"), "bright", "shoe heel"),
    Sub("Bags", "Backpacks", "Backpack", 75, "bag", "outdoor street sport", "Unisex", ALL, "hiking everyday",
        ("Recycled Polyester", "Canvas", "Polyamide"), ("Rolltop", "Daily", "Commuter", "Trekking", "Mini"),
        ("a padded laptop sleeve", "two side pockets", "breathable shoulder straps"), "bright", "bag backpack"),
    Sub("Bags", "Handbags", "Handbag", 119, "bag", "leather elegant", HERS, ALL, "evening office",
        ("Leather", "Vegan Leather", "Suede"), ("Quilted", "Bucket", "Crossbody", "Mini", "Structured"),
        ("a detachable strap", "a magnetic flap", "an inner zip pocket"), "leather", "bag handbag"),
    Sub("Bags", "Tote Bags", "Tote Bag", 45, "bag", "basic leather beach", "Unisex", ALL, "everyday beach office",
        ("Canvas", "Organic Cotton", "Leather"), ("Shopper", "Canvas=Canvas", "Striped", "Market", "Oversized"),
        ("long handles", "a key clip inside", "a reinforced base"), "calm", "bag tote"),
    Sub("Bags", "Wallets", "Wallet", 39, "small", "leather", "Unisex", ALL, "office everyday",
        ("Leather", "Vegan Leather"), ("Slim", "Zip-Around", "Bifold", "Card", "Compact"),
        ("eight card slots", "RFID protection", "a coin pocket"), "leather", "bag wallet"),
    Sub("Hats & Caps", "Caps", "Cap", 22, "head", "street sport basic", "Unisex", SUMMER, "everyday festival sport",
        ("Cotton", "Recycled Polyester", "Corduroy"),
        ("Baseball", "Trucker", "Five-Panel", "Corduroy=Corduroy", "Running"),
        ("a curved brim", "an adjustable strap", "stitched eyelets"), "bright", "cap"),
    Sub("Hats & Caps", "Beanies", "Beanie", 24, "head", "outdoor street basic", "Unisex", WINTER, "winter hiking",
        ("Merino Wool", "Acrylic", "Wool Blend"), ("Ribbed", "Fisherman", "Bobble", "Cable-Knit", "Fleece-Lined"),
        ("a turn-up cuff", "a warm, stretchy rib", "a soft inner band"), "bright", "beanie"),
    Sub("Hats & Caps", "Sun Hats", "Sun Hat", 32, "head", "beach", HERS, SUMMER, "beach",
        ("Straw", "Raffia", "Cotton"), ("Wide-Brim", "Packable", "Bucket", "Woven", "Ribbon"),
        ("a wide, shady brim", "a contrast ribbon", "an inner drawstring"), "calm", "sunhat"),
    Sub("Accessories", "Belts", "Belt", 35, "small", "leather classic basic", BOTH, ALL, "office everyday",
        ("Leather", "Suede", "Vegan Leather"), ("Classic", "Braided", "Reversible", "Slim", "Wide"),
        ("a brushed metal buckle", "stitched edges", "five holes"), "leather", "belt"),
    Sub("Accessories", "Scarves", "Scarf", 39, "neck", "classic outdoor elegant", "Unisex", WINTER, "winter office",
        ("Lambswool", "Cashmere Blend", "Merino Wool"), ("Checked", "Chunky", "Fringed", "Striped", "Oversized"),
        ("fringed ends", "a soft brushed finish", "a generous length"), "bright", "scarf"),
    Sub("Accessories", "Gloves", "Gloves", 34, "hands", "outdoor leather classic", "Unisex", WINTER, "winter",
        ("Leather", "Wool Blend", "Merino Wool"), ("Lined", "Touchscreen", "Knitted", "Driving", "Fleece"),
        ("touchscreen fingertips", "a warm lining", "an elastic wrist"), "calm", "gloves"),
    Sub("Accessories", "Ties", "Tie", 29, "neck", "classic", HIS, ALL, "office evening",
        ("Silk", "Wool", "Polyester"), ("Slim", "Striped", "Dotted", "Knitted", "Classic"),
        ("a hand-finished tip", "a slim 6 cm blade", "a fine jacquard weave"), "bright", "tie"),
    Sub("Accessories", "Sunglasses", "Sunglasses", 55, "eyes", "beach street jewel", "Unisex", SUMMER, "beach festival",
        ("Acetate", "Metal", "Recycled Acetate"), ("Round", "Aviator", "Wayfarer-Style", "Cat-Eye", "Sport"),
        ("UV400 lenses", "spring hinges", "polarised lenses"), "leather", "sunglasses"),
    Sub("Socks & Underwear", "Socks", "Socks", 9, "socks", "basic classic street outdoor", "Unisex", ALL,
        "everyday office winter", ("Organic Cotton", "Cotton Blend", "Merino Wool"),
        ("Ankle", "Crew", "Striped", "Dotted", "Wool=Merino Wool"),
        ("reinforced heels and toes", "soft elastic cuffs", "a hand-linked toe"), "bright", "socks"),
    Sub("Socks & Underwear", "Running Socks", "Running Socks", 14, "socks", "sport", "Unisex", ALL, "sport",
        ("Polyamide", "Merino Blend"), ("Cushioned", "Light", "Compression", "Trail", "No-Show"),
        ("a left and a right shape", "ventilation zones", "an arch band that stays put"), "sport", "socks running"),
    Sub("Socks & Underwear", "Boxer Shorts", "Boxer Shorts", 16, "under", "basic", HIS, ALL, "everyday",
        ("Organic Cotton", "Modal", "Cotton Blend"), ("Woven", "Trunk", "Striped", "Seamless", "Checked"),
        ("a soft waistband", "flat seams", "a comfortable gusset"), "bright", "boxers"),
    Sub("Sportswear", "Running Tights", "Running Tights", 59, "bottom", "sport", BOTH, ALL, "sport",
        ("Recycled Polyester", "Polyamide"), ("Thermal", "Seamless", "High-Waist", "7/8", "Reflective"),
        ("a zip pocket for keys", "a wide waistband", "reflective dots"), "sport", "trousers tights"),
    Sub("Sportswear", "Running Shirts", "Running Shirt", 36, "top", "sport outdoor", BOTH, ALL, "sport",
        ("Recycled Polyester", "Merino Blend"), ("Short-Sleeve", "Long-Sleeve", "Seamless", "Light", "Half-Zip"),
        ("a quick-drying knit", "reflective details", "flat seams that do not chafe"), "sport", "top short sport"),
    Sub("Sportswear", "Track Jackets", "Track Jacket", 65, "outer", "sport street", BOTH, ALL, "sport everyday",
        ("Recycled Polyester", "Cotton Blend"), ("Retro", "Light", "Wind", "Hooded", "Knitted"),
        ("a full-length zip", "contrast piping on the sleeves", "two zipped pockets"), "sport", "top long track"),
    Sub("Sportswear", "Sports Bras", "Sports Bra", 38, "under", "sport", HERS, ALL, "sport",
        ("Recycled Polyamide", "Polyester"), ("High-Impact", "Seamless", "Racerback", "Longline", "Light"),
        ("removable pads", "a soft underband", "a mesh back"), "sport", "bra"),
    Sub("Swimwear", "Swim Shorts", "Swim Shorts", 39, "bottom", "beach sport", HIS, SUMMER, "beach",
        ("Recycled Polyester", "Polyamide"), ("Short", "Striped", "Classic", "Surf", "Dotted"),
        ("a mesh lining", "a drawcord waist", "a quick-drying shell"), "bright", "trousers swim"),
    Sub("Swimwear", "Swimsuits", "Swimsuit", 55, "top", "beach sport", HERS, SUMMER, "beach",
        ("Recycled Polyamide", "Polyamide"), ("Racerback", "Wrap", "Striped", "Ribbed", "Dotted"),
        ("removable cups", "full lining", "a low-cut back"), "bright", "swimsuit"),
    Sub("Jewellery & Watches", "Watches", "Watch", 145, "wrist", "jewel", BOTH, ALL, "office evening",
        ("Stainless Steel", "Leather", "Mesh Steel"), ("Minimal", "Chronograph", "Field", "Diver", "Square"),
        ("a Japanese quartz movement", "a scratch-resistant crystal", "a date window"), "metal", "watch"),
    Sub("Jewellery & Watches", "Necklaces", "Necklace", 49, "neck", "jewel", HERS, ALL, "evening festival",
        ("Sterling Silver", "Gold-Plated Silver", "Stainless Steel"), ("Pendant", "Pearl", "Layered", "Coin", "Chain"),
        ("an adjustable chain", "a small lobster clasp", "a hand-polished finish"), "trinket", "necklace"),
)

OCCASIONS = {
    "office": ("It looks sharp in the office and stays comfortable until the last meeting.",
               "Wear it with something crisp for work, or dress it down on Fridays.",
               "A dependable piece for the working week."),
    "everyday": ("An easy choice for every day that goes with most of what you own.",
                 "Made to be worn again and again, at home or in town.",
                 "Simple, comfortable and ready for the weekend."),
    "sport": ("Built for training, from the first easy miles to race day.",
              "It moves with you and dries quickly after the session.",
              "A favourite of our running team for daily training."),
    "winter": ("It keeps the cold out on frosty mornings without weighing you down.",
               "Made for wind, snow and long winter walks.",
               "Warm enough for January and good-looking enough to keep on indoors."),
    "hiking": ("At home on the trail and just as useful on the way to work in the rain.",
               "Tested in the mountains, tough enough for daily use.",
               "Pack it for your next weekend outdoors."),
    "beach": ("Pack it for the beach, the pool or a long lunch in the sun.",
              "Light, bright and made for hot days by the sea.",
              "A holiday favourite that takes up hardly any room in the suitcase."),
    "festival": ("Made for open-air concerts, city nights and everything in between.",
                 "It brings a bit of colour to late summer evenings.",
                 "Relaxed enough for the park, good enough for the party after."),
    "evening": ("A confident choice for dinners, weddings and other good reasons to dress up.",
                "It catches the light beautifully and feels as good as it looks.",
                "Made for evenings that may run late."),
}
