"""Invented names of a Belgian town, with their usual spellings. Nobody here exists."""

FAMILY = (
    "Lambert Dubois Dupont Martin Simon Laurent Leroy Renard Lejeune Collard Fontaine Gérard Hubert Jacobs Peeters Janssens Maes Willems Claes Goossens "
    "Wouters Mertens Vandenbroucke Vandamme Verhaeghe Desmet Declercq Vermeulen Michiels Aerts Schmitz Müller Weber Hoffmann Krämer Schneider Pauels "
    "Haddad Benali Ben_Othman El_Amrani El_Idrissi Bouzid Cherkaoui Yıldız Demir Kaya Öztürk Şahin Diallo Traoré Camara Okafor Mbemba Nzeyimana Uwimana "
    "Kabongo Tshibanda Wiśniewski Kowalski Nowak Ionescu Popescu Dimitrov Petrov Silva Ferreira Gonçalves Di_Bartolomeo Rossi Ricci Esposito Nguyen Tran "
    "Hosseini Rahimi Ahmadi Tesfaye Haile Mohammed Osman Remacle Thonon Gillet Warnant Delvaux Lecomte Noël Herman Bodart Marchal Gillard Evrard Toussaint"
).split()
GIVEN_F = (
    "Marie Anne Sophie Julie Camille Léa Chloé Emma Sarah Fatima Fatoumata Aïcha Amina Yasmina Nadia Leïla Khadija Inès Zoé Élise Hélène Françoise "
    "Martine Nathalie Isabelle Véronique Christine Monique Ghislaine Katrin Ursula Heike Greet Lieve An Els Zeynep Elif Ayşe Maria Joana Giulia Elena "
    "Ioana Katarzyna Agnieszka Souad Grâce Divine Aline Claudine Tigist Selam Thi Mai Parisa"
).split()
GIVEN_M = (
    "Jean Pierre Michel Luc Thierry Olivier Benoît David Nicolas Thomas Maxime Lucas Hugo Mohamed Ahmed Youssef Karim Hakan Mehmet Emre Mustafa "
    "Abdoulaye Mamadou Ibrahim Emmanuel Patrick Joseph Jan Piet Joris Willem Dirk Hans Klaus Jürgen Dimitri Krzysztof Piotr Andrei Ion João Paulo "
    "Marco Enzo Antonio Van Minh Reza Ali Omar Yonas Dawit Bernard Jacques André Raymond Yanis"
).split()
STREETS = (
    "Rue des Tanneurs|Rue de la Clef|Place du Parvis|Rue Haute|Rue du Moulin|Avenue de la Gare|Rue des Écoles|Chemin des Prés|Rue Neuve|Quai de la Meuse|"
    "Rue du Pont|Rue Saint-Roch|Avenue des Tilleuls|Rue de l'Église|Rue des Mineurs|Thier des Vignes|Rue du Marché|Rue de l'Abattoir|Clos des Lilas|Rue Grande"
).split("|")
TOWNS = (("4999", "Valmont"), ("4998", "Valmont-Nord"), ("4997", "Saint-Parvis"), ("4996", "Moulin-sur-Meuse"))
NATIONALITIES = ("Belgique",) * 7 + ("Maroc", "Syrie", "RD Congo", "Italie", "Turquie", "Roumanie", "Érythrée")


def family(index: int) -> str:
    return FAMILY[index % len(FAMILY)].replace("_", " ")
